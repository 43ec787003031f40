-- Entries of paths that touched assets may be on: the assets themselves, what leads to them over edges,
-- and the entries of known paths over them.
-- $1 org_id, $2 edges that rules go along (bits), $3 edges that rules go against (bits), $4 most steps.
-- Reads path_touched.  Fills path_start.
with recursive back (asset_id, steps) as (
    select asset_id, 0
      from path_touched
     union
    select e.asset_id, b.steps + 1
      from back as b
     cross join lateral (
           select b.asset_id
            union all
           select asset_id
             from isobar.asset
            where org_id = $1
              and canonical_id = b.asset_id
              and canonical_id <> asset_id) as name (asset_id)
     cross join lateral (
           select f.canonical_id
             from isobar.asset_edge as s
             join isobar.asset as f
               on f.org_id = $1
              and f.asset_id = s.from_id
            where s.org_id = $1
              and s.to_id = name.asset_id
              and (1 << s.kind) & $2 <> 0
            union all
           select t.canonical_id
             from isobar.asset_edge as s
             join isobar.asset as t
               on t.org_id = $1
              and t.asset_id = s.to_id
            where s.org_id = $1
              and s.from_id = name.asset_id
              and (1 << s.kind) & $3 <> 0) as e (asset_id)
     where b.steps < $4
)
insert into path_start (asset_id)
select asset_id
  from back
 union
select p.entry_id
  from path_touched as t
  join isobar.path_asset as p
    on p.org_id = $1
   and p.asset_id = t.asset_id
