-- SPDX-License-Identifier: Apache-2.0
-- Pauses a live source, or lets it go on; one that goes on is due at once if it has a schedule.
-- $1 org_id, $2 source_id, $3 enabled, $4 now.
with put as (
    update isobar.source
       set enabled = $3,
           next_run_at = case when $3 and interval_s > 0 then $4::timestamptz end
     where org_id = $1
       and source_id = $2
    returning source_id
)
select pg_notify('isobar_collect', source_id::text) as told
  from put
