-- SPDX-License-Identifier: Apache-2.0
-- Ends the model of an org, but one with this checksum; the former row is kept.
-- $1 org_id, $2 checksum or null, $3 now.  Returns n.
with former as (
    delete from isobar.org_model
     where org_id = $1
       and checksum is distinct from $2::text
 returning model, checksum, body, actor, reason, valid_from
), kept as (
    insert into isobar.org_model_version (org_id, model, checksum, body, actor, reason, valid_from, valid_to)
    select $1, model, checksum, body, actor, reason, valid_from, $3
      from former
     where valid_from < $3
    on conflict (org_id, valid_from) do nothing
)
select count(*) as n
  from former
