-- Which risks of a slice's assets are members of paths, and at what level; a null risk stands for all
-- risks of the asset.
-- $1 org_id, $2 slice.  Reads batch_asset.  Column order is that of level_read().
select b.canonical_id, m.risk_id, max(p.level) as level
  from batch_asset as b
 cross join lateral (select risk_id, target_id, entry_id, rule
                       from isobar.path_member
                      where org_id = $1
                        and asset_id = b.canonical_id
                     offset 0) as m
 cross join lateral (select level
                       from isobar.path
                      where org_id = $1
                        and target_id = m.target_id
                        and entry_id = m.entry_id
                        and rule = m.rule
                     offset 0) as p
 where b.slice = $2
   and b.asset_id = b.canonical_id
 group by b.canonical_id, m.risk_id
 union all
select b.canonical_id, null, 1::smallint
  from batch_asset as b
 cross join lateral (select asset_id
                       from isobar.path_adjacent
                      where org_id = $1
                        and asset_id = b.canonical_id
                     offset 0) as a
 where b.slice = $2
   and b.asset_id = b.canonical_id
