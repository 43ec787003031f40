-- Stores the assets of a chunk; a known one takes over attributes that are greater in byte order, so
-- that the order of records does not matter, and is marked for the scorer.
-- $1 org_id, $2 run_id, $3 now.  Reads page_asset.  Fills context_touched with known ones that were told more:
-- rules may read what is new.
with merged as (
    insert into isobar.asset as a (org_id, asset_id, canonical_id, provider, account, region, type, name, id,
                                   stored_at)
    select $1, asset_id, asset_id, max(provider), max(account collate "C"), max(region collate "C"),
           max(type collate "C"), max(name collate "C"), max(id collate "C"), $3
      from page_asset as p
     group by asset_id
     order by asset_id
    on conflict (org_id, asset_id) do update
       set account = greatest(a.account collate "C", excluded.account),
           region = greatest(a.region collate "C", excluded.region),
           type = greatest(a.type collate "C", excluded.type),
           name = greatest(a.name collate "C", excluded.name)
     where a.account collate "C" < excluded.account
        or a.region collate "C" < excluded.region
        or a.type collate "C" < excluded.type
        or a.name collate "C" < excluded.name
 returning a.asset_id, a.xmax <> 0 as known
), touched as (
    insert into context_touched (asset_id)
    select asset_id
      from merged
     where known
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select $1, asset_id, $2
  from merged
 where known
