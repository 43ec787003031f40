-- Which assets one usable step leads to from an asset with an open element of a toxic rule.  Looks at the
-- touched assets and at what steps lead to from them; marks what changed.
-- $1 org_id, $2 usable edges (bits).  Reads path_touched.
with candidate as (
    select asset_id
      from path_touched
     union
    select t.canonical_id
      from path_touched as p
     cross join lateral (
           select p.asset_id
            union all
           select asset_id
             from isobar.asset
            where org_id = $1
              and canonical_id = p.asset_id
              and canonical_id <> asset_id) as name (asset_id)
      join isobar.asset_edge as s
        on s.org_id = $1
       and s.from_id = name.asset_id
       and (1 << s.kind) & $2 <> 0
      join isobar.asset as t
        on t.org_id = $1
       and t.asset_id = s.to_id
), state as (
    select c.asset_id,
           exists (select
                     from (select c.asset_id
                            union all
                           select asset_id
                             from isobar.asset
                            where org_id = $1
                              and canonical_id = c.asset_id
                              and canonical_id <> asset_id) as name (asset_id)
                     join isobar.asset_edge as s
                       on s.org_id = $1
                      and s.to_id = name.asset_id
                      and (1 << s.kind) & $2 <> 0
                     join isobar.asset as f
                       on f.org_id = $1
                      and f.asset_id = s.from_id
                      and f.canonical_id <> c.asset_id
                     join isobar.risk as r
                       on r.org_id = $1
                      and r.asset_id = f.canonical_id
                      and r.elements <> 0
                      and r.state <= 3) as adjacent
      from candidate as c
), gone as (
    delete from isobar.path_adjacent as a
     using state as s
     where a.org_id = $1
       and a.asset_id = s.asset_id
       and not s.adjacent
 returning a.asset_id
), come as (
    insert into isobar.path_adjacent (org_id, asset_id)
    select $1, asset_id
      from state
     where adjacent
    on conflict (org_id, asset_id) do nothing
 returning asset_id
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select $1, asset_id, 0
  from (select asset_id from gone
         union all
        select asset_id from come) as s
