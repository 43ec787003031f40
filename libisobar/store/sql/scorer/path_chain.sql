-- Complete chains of assets from the entries on: one for each place of the rule.
-- $1 most edges between two places.  no org_id: rows of one org.  Reads path_start, path_place, path_edge,
-- path_fit.  Fills path_chain.
with recursive walk (rule, entry_id, asset_id, place, steps, assets) as (
    select f.rule, f.asset_id, f.asset_id, f.place, 0, array[f.asset_id]
      from path_start as s
      join path_fit as f
        on f.asset_id = s.asset_id
       and f.place = 0
     union
    select w.rule, w.entry_id, n.asset_id, n.place, n.steps,
           case when n.place > w.place then w.assets || n.asset_id else w.assets end
      from walk as w
      join path_place as p
        on p.rule = w.rule
       and p.place = w.place + 1
     cross join lateral (
           -- The next place is the same asset.
           select f.asset_id, p.place, 0
             from path_fit as f
            where p.same
              and w.steps = 0
              and f.asset_id = w.asset_id
              and f.rule = p.rule
              and f.place = p.place
            union all
           -- A step ends at the next place.
           select f.asset_id, p.place, 0
             from path_edge as e
             join path_fit as f
               on f.asset_id = e.to_id
              and f.rule = p.rule
              and f.place = p.place
            where e.from_id = w.asset_id
              and e.bits & p.reach <> 0
            union all
           -- A step leads on.
           select e.to_id, w.place, w.steps + 1
             from path_edge as e
            where e.from_id = w.asset_id
              and e.bits & p.reach <> 0
              and w.steps + 1 < $1) as n (asset_id, place, steps)
)
insert into path_chain (rule, entry_id, assets)
select w.rule, w.entry_id, w.assets
  from walk as w
  join path_place as p
    on p.rule = w.rule
   and p.place = w.place
 where p.is_last
   and w.steps = 0
