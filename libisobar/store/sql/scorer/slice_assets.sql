-- The canonical assets of one slice with their context, where there is any.  derived: a bit for each field
-- that follows from a rule, an edge or the environment.
-- $1 org_id, $2 slice, $3 whether rules look at names, tags and environment.  Reads batch_asset.  Column order is that of asset_read().
select b.canonical_id, a.provider, a.type, a.account, c.exposure, c.criticality, c.sensitivity, c.privilege,
       (c.basis #>> '{exposure,0,origin}' ~ '^(rule|edge):' is true)::integer
       + (c.basis #>> '{criticality,0,origin}' ~ '^(rule|edge):' is not false)::integer * 2
       + (c.basis #>> '{sensitivity,0,origin}' ~ '^(rule|edge):' is true)::integer * 4
       + (c.basis #>> '{privilege,0,origin}' ~ '^(rule|edge):' is true)::integer * 8 as derived,
       case when $3 then coalesce(c.environment, 0::smallint) end as environment, case when $3 then a.region end as region,
       case when $3 then a.name end as name, case when $3 then a.id end as id,
       case when $3 then a.tags::text end as tags
  from batch_asset as b
 cross join lateral (select provider, type, account, region, name, id, tags
                       from isobar.asset
                      where org_id = $1
                        and asset_id = b.canonical_id
                     offset 0) as a
  left join isobar.asset_context as c
    on c.org_id = $1
   and c.asset_id = b.canonical_id
 where b.slice = $2
   and b.asset_id = b.canonical_id
