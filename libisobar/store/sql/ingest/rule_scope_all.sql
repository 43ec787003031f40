-- Rules look at all assets.
-- $1 org_id.  Fills rule_asset.
insert into rule_asset (asset_id)
select asset_id
  from isobar.asset
 where org_id = $1
