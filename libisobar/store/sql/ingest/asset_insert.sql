-- Stores the assets of a chunk that are not known yet.
-- $1 org_id, $2 now.  Reads page_asset.  Of several spellings of an attribute the greatest in byte
-- order is kept, here and in asset_update, so that the order of records does not matter.  Another
-- connector may store the same asset at the same time: hence "on conflict".
insert into isobar.asset (org_id, asset_id, canonical_id, provider, account, region, type, name, id, stored_at)
select $1, asset_id, asset_id, max(provider), max(account collate "C"), max(region collate "C"),
       max(type collate "C"), max(name collate "C"), max(id collate "C"), $2
  from page_asset as p
 where not exists (select
                     from isobar.asset as a
                    where a.org_id = $1
                      and a.asset_id = p.asset_id)
 group by asset_id
 order by asset_id
on conflict (org_id, asset_id) do nothing
