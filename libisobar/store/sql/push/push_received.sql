-- SPDX-License-Identifier: Apache-2.0
-- A push has come whole: collectors are told.
-- $1 org_id, $2 push_id, $3 size, $4 chunks, $5 fingerprint, $6 now.  Returns no row when the push is gone.
with came as (
    update isobar.push
       set state = 1, size = $3, n_chunks = $4, fingerprint = $5, received_at = $6
     where org_id = $1
       and push_id = $2
       and state = 0
 returning org_id
)
select pg_notify('isobar_collect', org_id::text)
  from came
