-- As dirty_take, when there are few marks: each looks its asset up, and what that costs does not grow with the estate.
-- The marks go by their numbers in an array: a join would be planned for as many as there were when the
-- table was looked at last, often none.
-- $1 org_id, $2 most marks looked at, $3 and $4 first and last id of the shard.  Fills batch_asset.
with found as materialized (
    select d.mark_id, a.canonical_id
      from (select mark_id, asset_id
              from isobar.dirty_mark
             where org_id = $1
             order by mark_id
             limit $2) as d
     cross join lateral (select canonical_id
                           from isobar.asset
                          where org_id = $1
                            and asset_id = d.asset_id
                         offset 0) as a
     where a.canonical_id between $3 and $4
), gone as (
    delete from isobar.dirty_mark
     where org_id = $1
       and mark_id = any (array(select mark_id
                                  from found))
), canonical as (
    select distinct canonical_id
      from found
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
 cross join lateral (select asset_id
                       from isobar.asset
                      where org_id = $1
                        and canonical_id = n.canonical_id
                        and canonical_id <> asset_id
                     offset 0) as a
