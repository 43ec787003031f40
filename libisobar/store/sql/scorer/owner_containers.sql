-- SPDX-License-Identifier: Apache-2.0
-- Tags of what holds assets: of the groups and accounts that they name, and of what contains these in turn
-- (folders, an organization), under any of their names.
-- $1 org_id, $2 uuid[] keys of groups and accounts, $3 most steps upwards.  Returns of, steps, tags (JSON);
-- by of and steps.
with recursive held (of, asset_id, steps) as (
    select k.of, a.canonical_id, 0
      from unnest($2::uuid[]) as k (of)
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = k.of
     union
    select h.of, p.canonical_id, h.steps + 1
      from held as h
     cross join lateral (
           select h.asset_id
            union all
           select n.asset_id
             from isobar.asset as n
            where n.org_id = $1
              and n.canonical_id = h.asset_id
              and n.canonical_id <> n.asset_id) as name (asset_id)
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.to_id = name.asset_id
       and e.kind = 4
      join isobar.asset as p
        on p.org_id = $1
       and p.asset_id = e.from_id
     where h.steps < $3::integer
), nearest as (
    select of, asset_id, min(steps) as steps
      from held
     group by of, asset_id
)
select h.of, h.steps, t.tags
  from nearest as h
 cross join lateral (
       select c.tags
         from isobar.asset as c
        where c.org_id = $1
          and c.asset_id = h.asset_id
        union all
       select n.tags
         from isobar.asset as n
        where n.org_id = $1
          and n.canonical_id = h.asset_id
          and n.canonical_id <> n.asset_id) as t
 where t.tags is not null
 order by h.of, h.steps, t.tags
