-- One step of joining assets under one canonical id: each takes the smallest one among those that a
-- pair of names connects.  Repeated until n is 0; components are tiny.
-- $1 org_id, $2 run_id.  Returns n, how many assets moved; they are marked for the scorer and for paths.
-- Fills context_touched.
with pair as (
    select l.asset_id as left_id, l.canonical_id as left_canonical,
           r.asset_id as right_id, r.canonical_id as right_canonical
      from isobar.asset_alias as n
      join isobar.asset as l on l.org_id = $1 and l.asset_id = n.alias_id
      join isobar.asset as r on r.org_id = $1 and r.asset_id = n.asset_id
     where n.org_id = $1
       and l.canonical_id <> r.canonical_id
), target as (
    select asset_id, min(canonical::text)::uuid as canonical_id
      from (select left_canonical as asset_id, right_canonical as canonical from pair
            union all
            select right_canonical, left_canonical from pair) as s
     where canonical < asset_id
     group by asset_id
), moved as (
    update isobar.asset as a
       set canonical_id = t.canonical_id
      from target as t
     where a.org_id = $1
       and a.canonical_id = t.asset_id
 returning a.asset_id
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, $2
      from moved
), paths as (
    insert into isobar.path_mark (org_id, asset_id)
    select $1, asset_id
      from moved
), touched as (
    insert into context_touched (asset_id)
    select asset_id
      from target
     union
    select canonical_id
      from target
)
select count(*) as n
  from moved
