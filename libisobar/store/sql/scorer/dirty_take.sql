-- Takes the marks of one shard off the list and gathers their assets with all other names of them, in
-- slices of 500 canonical assets.  A shard is a quarter of the canonical assets, by their first bits.
-- $1 org_id, $2 most marks looked at, $3 and $4 first and last id of the shard.  Fills batch_asset.  The
-- deletion comes first; what the marks announce is read by later statements.  A mark that is committed only now,
-- with a number below the last one taken, is not seen and stays for the next time.
with last as (
    select max(mark_id) as mark_id
      from (select mark_id
              from isobar.dirty_mark
             where org_id = $1
             order by mark_id
             limit $2) as s
), taken as (
    delete from isobar.dirty_mark as d
     using isobar.asset as a
     where d.org_id = $1
       and d.mark_id <= (select mark_id from last)
       and a.org_id = $1
       and a.asset_id = d.asset_id
       and a.canonical_id between $3 and $4
 returning a.canonical_id
), canonical as (
    select distinct canonical_id
      from taken
), numbered as (
    select ((row_number() over (order by canonical_id) - 1) / 500)::integer as slice, canonical_id
      from canonical
)
insert into batch_asset (slice, canonical_id, asset_id)
select slice, canonical_id, canonical_id
  from numbered
union all
select n.slice, n.canonical_id, a.asset_id
  from numbered as n
  join isobar.asset as a
    on a.org_id = $1
   and a.canonical_id = n.canonical_id
   and a.canonical_id <> a.asset_id
