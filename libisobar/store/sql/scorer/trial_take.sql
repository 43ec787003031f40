-- Gathers assets of one shard with all other names of them, in slices of 500 canonical assets, and leaves
-- every mark where it is: dirty_take for a transaction that is never committed.
-- $1 org_id, $2 shard (0..3), $3 assets marked after this mark; less than 0: all with findings or as the
-- target of a path, but for those marked up to $4.  Fills batch_asset.
with wanted as (
    select a.canonical_id
      from isobar.dirty_mark as d
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = d.asset_id
     where d.org_id = $1
       and $3 >= 0
       and d.mark_id > $3
     union all
    select a.canonical_id
      from isobar.asset as a
     where a.org_id = $1
       and $3 < 0
       and (exists (select
                      from isobar.finding as f
                     where f.org_id = $1
                       and f.asset_id = a.asset_id)
            or exists (select
                         from isobar.path as p
                        where p.org_id = $1
                          and p.target_id = a.asset_id))
), canonical as (
    select distinct w.canonical_id
      from wanted as w
     where get_byte(uuid_send(w.canonical_id), 0) >> 6 = $2
       and not exists (select
                         from isobar.dirty_mark as d
                         join isobar.asset as n
                           on n.org_id = $1
                          and n.asset_id = d.asset_id
                        where d.org_id = $1
                          and d.mark_id <= $4
                          and n.canonical_id = w.canonical_id)
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
