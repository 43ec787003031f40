-- SPDX-License-Identifier: Apache-2.0
-- After model_put: the row of the new model.
-- $1 org_id, $2 model, $3 checksum, $4 body, $5 actor, $6 reason, $7 now.  Returns n: 0 when it was there.
with put as (
    insert into isobar.org_model (org_id, model, checksum, body, actor, reason, valid_from)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (org_id) do nothing
 returning 1
)
select count(*) as n
  from put
