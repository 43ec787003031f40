-- The steps that rules can take from the entries, under canonical names; bits as in path_place.reach.
-- $1 org_id, $2 edges along, $3 edges against, $4 most steps.  Reads path_start.  Fills path_edge.
with recursive ahead (asset_id, steps) as (
    select asset_id, 0
      from path_start
     union
    select e.to_id, a.steps + 1
      from ahead as a
     cross join lateral (
           select a.asset_id
            union all
           select asset_id
             from isobar.asset
            where org_id = $1
              and canonical_id = a.asset_id
              and canonical_id <> asset_id) as name (asset_id)
     cross join lateral (
           select t.canonical_id
             from isobar.asset_edge as s
             join isobar.asset as t
               on t.org_id = $1
              and t.asset_id = s.to_id
            where s.org_id = $1
              and s.from_id = name.asset_id
              and (1 << s.kind) & $2 <> 0
            union all
           select f.canonical_id
             from isobar.asset_edge as s
             join isobar.asset as f
               on f.org_id = $1
              and f.asset_id = s.from_id
            where s.org_id = $1
              and s.to_id = name.asset_id
              and (1 << s.kind) & $3 <> 0) as e (to_id)
     where a.steps < $4
), known as (
    select distinct asset_id
      from ahead
), named as (
    select k.asset_id as canonical_id, name.asset_id
      from known as k
     cross join lateral (
           select k.asset_id
            union all
           select asset_id
             from isobar.asset
            where org_id = $1
              and canonical_id = k.asset_id
              and canonical_id <> asset_id) as name (asset_id)
)
insert into path_edge (from_id, to_id, bits)
select n.canonical_id, t.canonical_id, bit_or(1 << s.kind)
  from named as n
  join isobar.asset_edge as s
    on s.org_id = $1
   and s.from_id = n.asset_id
  join isobar.asset as t
    on t.org_id = $1
   and t.asset_id = s.to_id
 where (1 << s.kind) & $2 <> 0
   and t.canonical_id <> n.canonical_id
 group by n.canonical_id, t.canonical_id
 union all
select n.canonical_id, f.canonical_id, bit_or(1 << (s.kind + 16))
  from named as n
  join isobar.asset_edge as s
    on s.org_id = $1
   and s.to_id = n.asset_id
  join isobar.asset as f
    on f.org_id = $1
   and f.asset_id = s.from_id
 where (1 << s.kind) & $3 <> 0
   and f.canonical_id <> n.canonical_id
 group by n.canonical_id, f.canonical_id
