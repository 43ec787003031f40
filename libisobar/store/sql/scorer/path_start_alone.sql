-- As path_start, where the org has no edges.
-- $1 org_id.  Reads path_touched.  Fills path_start.
insert into path_start (asset_id)
select asset_id
  from path_touched
 union
select p.entry_id
  from path_touched as t
  join isobar.path_asset as p
    on p.org_id = $1
   and p.asset_id = t.asset_id
