-- How many slices were gathered.  Returns n, and risks: whether the org has any risk yet.
-- $1 org_id.  Reads batch_asset.
select coalesce(max(slice) + 1, 0) as n,
       exists (select from isobar.risk where org_id = $1) as risks
  from batch_asset
