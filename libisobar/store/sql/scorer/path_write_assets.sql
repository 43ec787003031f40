-- Brings path_asset to what was found: which assets may break a path.
-- $1 org_id.  Reads path_start, path_chain, path_place.
with found as (
    select distinct a.asset_id, c.assets[t.place + 1] as target_id, c.entry_id, t.id as rule
      from path_chain as c
      join path_place as t
        on t.rule = c.rule
       and t.is_target
     cross join unnest(c.assets) as a (asset_id)
), stored as (
    select a.*
      from path_start as s
      join isobar.path_asset as a
        on a.org_id = $1
       and a.entry_id = s.asset_id
), gone as (
    delete from isobar.path_asset as a
     using stored as s
     where a.org_id = $1
       and a.asset_id = s.asset_id
       and a.target_id = s.target_id
       and a.entry_id = s.entry_id
       and a.rule = s.rule
       and not exists (select
                         from found as f
                        where f.asset_id = s.asset_id
                          and f.target_id = s.target_id
                          and f.entry_id = s.entry_id
                          and f.rule = s.rule)
)
insert into isobar.path_asset (org_id, asset_id, target_id, entry_id, rule)
select $1, asset_id, target_id, entry_id, rule
  from found
 order by asset_id
on conflict (org_id, asset_id, target_id, entry_id, rule) do nothing
