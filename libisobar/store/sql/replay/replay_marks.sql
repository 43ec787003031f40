-- SPDX-License-Identifier: Apache-2.0
-- Has everything scored: assets with findings, and for paths all that has context or stands at an edge.
-- $1 org_id.
with assets as (
    insert into dirty_mark (org_id, asset_id, run_id)
    select distinct $1::bigint, a.canonical_id, 0::bigint
      from asset as a
     where a.org_id = $1
       and exists (select
                     from finding as f
                    where f.org_id = $1
                      and f.asset_id = a.asset_id)
)
insert into path_mark (org_id, asset_id)
select $1, asset_id
  from asset_context
 where org_id = $1
 union
select $1, from_id
  from asset_edge
 where org_id = $1
 union
select $1, to_id
  from asset_edge
 where org_id = $1
