-- As path_adjacent, where the org has no edges: no asset is beside another one.
-- $1 org_id.
with gone as (
    delete from isobar.path_adjacent
     where org_id = $1
 returning asset_id
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select $1, asset_id, 0
  from gone
