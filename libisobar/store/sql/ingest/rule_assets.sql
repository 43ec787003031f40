-- The next assets that rules look at, by key; each is looked up, as a page is a small part of them.
-- $1 org_id, $2 after.  Reads rule_asset.  Column order is that of match_row().
select a.asset_id, a.provider, a.account, a.region, a.type, a.name, a.id, a.tags::text
  from (select asset_id
          from rule_asset
         where asset_id > $2
         order by asset_id
         limit 5000) as r
 cross join lateral (select asset_id, provider, account, region, type, name, id, tags
                       from isobar.asset
                      where org_id = $1
                        and asset_id = r.asset_id
                     offset 0) as a
 order by r.asset_id
