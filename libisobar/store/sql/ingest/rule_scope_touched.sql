-- Rules look at the touched assets, and where new ones matter, at those stored since a time.
-- $1 org_id, $2 since; null: new ones do not matter.  Reads context_touched.  Fills rule_asset.
insert into rule_asset (asset_id)
select asset_id
  from context_touched
 union
select asset_id
  from isobar.asset
 where org_id = $1
   and stored_at >= $2::timestamptz
   and $2::timestamptz is not null
