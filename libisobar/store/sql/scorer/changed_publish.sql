-- SPDX-License-Identifier: Apache-2.0
-- Raises the org's version and stores under it which risks the transaction has written; after it there
-- is only the commit, as others of the org wait for it.  Versions that no reader asks for any more go.
-- $1 org_id, $2 how many versions are kept.  Reads batch_change.
with next as (
    insert into isobar.queue_version as v (org_id, version)
    select $1, 1
     where exists (select from batch_change)
    on conflict (org_id) do update
       set version = v.version + 1
 returning version
), forgotten as (
    delete from isobar.queue_change
     where org_id = $1
       and version <= (select version from next) - $2::bigint
), published as (
    insert into isobar.queue_change (org_id, version, part, risk_ids)
    select $1, n.version, row_number() over (), c.risk_ids
      from next as n
     cross join batch_change as c
)
select pg_notify('isobar_queue', $1::text)
  from next
