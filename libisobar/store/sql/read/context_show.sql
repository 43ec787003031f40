-- An asset, all of its names and its context.
-- $1 org_id, $2 asset_id.
select c.asset_id, c.id, c.name, c.type, c.provider, c.account, c.region, c.tags,
       (select jsonb_agg(s.id order by s.id)
          from isobar.asset as s
         where s.org_id = $1
           and s.canonical_id = c.asset_id
           and s.asset_id <> s.canonical_id) as other_names,
       coalesce(x.exposure, 3) as exposure, coalesce(x.criticality, 2) as criticality,
       coalesce(x.sensitivity, 2) as sensitivity, coalesce(x.privilege, 2) as privilege,
       coalesce(x.environment, 0) as environment
  from isobar.asset as a
  join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = a.canonical_id
  left join isobar.asset_context as x
    on x.org_id = $1
   and x.asset_id = c.asset_id
 where a.org_id = $1
   and a.asset_id = $2
