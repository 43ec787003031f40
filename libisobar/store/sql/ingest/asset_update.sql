-- Takes over attributes that a chunk states for known assets (the greatest wins, see asset_insert)
-- and marks the assets that changed.
-- $1 org_id, $2 run_id.  Reads page_asset.
with stated as (
    select asset_id, max(account collate "C") as account, max(region collate "C") as region,
           max(type collate "C") as type, max(name collate "C") as name
      from page_asset
     group by asset_id
), changed as (
    update isobar.asset as a
       set account = greatest(a.account collate "C", s.account),
           region = greatest(a.region collate "C", s.region),
           type = greatest(a.type collate "C", s.type),
           name = greatest(a.name collate "C", s.name)
      from stated as s
     where a.org_id = $1
       and a.asset_id = s.asset_id
       and (a.account collate "C" < s.account or a.region collate "C" < s.region
            or a.type collate "C" < s.type or a.name collate "C" < s.name)
 returning a.asset_id
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select $1, asset_id, $2
  from changed
