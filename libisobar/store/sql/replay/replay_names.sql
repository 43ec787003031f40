-- SPDX-License-Identifier: Apache-2.0
-- One step of joining assets under the names of then: each takes the smallest id among those that a pair of
-- names connects, as alias_spread has it.
-- $1 org_id.  Returns n, how many moved: repeated until there are none.
with pair as (
    select l.canonical_id as left_canonical, r.canonical_id as right_canonical
      from asset_alias as n
      join asset as l
        on l.org_id = $1
       and l.asset_id = n.alias_id
      join asset as r
        on r.org_id = $1
       and r.asset_id = n.asset_id
     where n.org_id = $1
       and l.canonical_id <> r.canonical_id
), target as (
    select greatest(left_canonical, right_canonical) as asset_id,
           min(least(left_canonical, right_canonical)::text)::uuid as canonical_id
      from pair
     group by 1
), moved as (
    update asset as a
       set canonical_id = t.canonical_id
      from target as t
     where a.org_id = $1
       and a.canonical_id = t.asset_id
 returning a.asset_id
)
select count(*) as n
  from moved
