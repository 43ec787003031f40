-- Gathers the assets of a shard whose findings may be in other risks since a change, with all other names of them,
-- in slices of 500 canonical assets.
-- $1 org_id, $2 shard (0..3), $3 since when the aliases that changed hold, $4 everything: whatever their rule.
-- Fills batch_asset.
with changed as materialized (
    select connector, rule
      from isobar.control_alias
     where valid_from >= $3::timestamptz
     union
    select connector, rule
      from isobar.control_alias_version
     where valid_to >= $3::timestamptz
), canonical as (
    select distinct a.canonical_id
      from isobar.asset as a
     where a.org_id = $1
       and get_byte(uuid_send(a.canonical_id), 0) >> 6 = $2
       and case when $4
                then exists (select
                               from isobar.finding as f
                              where f.org_id = $1
                                and f.asset_id = a.asset_id)
                else exists (select
                               from isobar.finding as f
                               join changed as c
                                 on c.connector = f.connector
                                and c.rule = f.rule
                              where f.org_id = $1
                                and f.asset_id = a.asset_id) end
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
