-- The edges of an asset under all of its names, with the canonical asset at the other end.
-- $1 org_id, $2 canonical asset_id.
with name as (
    select $2::uuid as asset_id
     union
    select asset_id
      from isobar.asset
     where org_id = $1
       and canonical_id = $2
       and canonical_id <> asset_id
), edge as (
    select e.kind, false as incoming, e.to_id as other_id, e.source_id
      from name as n
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.from_id = n.asset_id
     union all
    select e.kind, true, e.from_id, e.source_id
      from name as n
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.to_id = n.asset_id
)
select e.kind, e.incoming, c.id as other, string_agg(distinct s.name, ', ' order by s.name) as sources
  from edge as e
  join isobar.asset as o
    on o.org_id = $1
   and o.asset_id = e.other_id
  join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = o.canonical_id
  left join isobar.source as s
    on s.org_id = $1
   and s.source_id = e.source_id
 group by e.kind, e.incoming, c.id
 order by e.kind, e.incoming, c.id
