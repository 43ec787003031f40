-- The next assets that rules look at, by key.
-- $1 org_id, $2 after.  Reads rule_asset.
select a.asset_id, a.provider, a.account, a.region, a.type, a.name, a.id, a.tags
  from (select asset_id
          from rule_asset
         where asset_id > $2
         order by asset_id
         limit 5000) as r
  join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
 order by a.asset_id
