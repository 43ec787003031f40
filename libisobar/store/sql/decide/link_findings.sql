-- SPDX-License-Identifier: Apache-2.0
-- Findings of one asset with all that says which risk they are in, and the one that they are in as it was
-- scored last.
-- $1 org_id, $2 an asset by any of its names (null: that of the risk), $3 uuid[] findings (null: those of the
-- risk, worst first), $4 risk_id or null.
-- org_cve, fed_cve: what sources and feeds state for an advisory, '' several; null: nothing.
with asset as materialized (
    select canonical_id
      from isobar.asset
     where org_id = $1
       and asset_id = coalesce($2::uuid, (select asset_id
                                            from isobar.risk
                                           where org_id = $1
                                             and risk_id = $4::uuid))
), names as materialized (
    select canonical_id as asset_id
      from asset
     union
    select n.asset_id
      from asset as a
      join isobar.asset as n
        on n.org_id = $1
       and n.canonical_id = a.canonical_id
       and n.canonical_id <> n.asset_id
), wanted as materialized (
    select w.finding_id, w.place
      from unnest(coalesce($3::uuid[], (select members
                                          from isobar.risk_explanation
                                         where org_id = $1
                                           and risk_id = $4::uuid)))
      with ordinality as w (finding_id, place)
), risks as materialized (
    select e.risk_id, e.members
      from names as n
      join isobar.risk_explanation as e
        on e.org_id = $1
       and e.risk_id between (left(n.asset_id::text, 18) || '-0000-000000000000')::uuid
                         and (left(n.asset_id::text, 18) || '-ffff-ffffffffffff')::uuid
)
select f.finding_id, f.asset_id, a.canonical_id, n.id as asset_named, c.id as asset, f.connector, f.rule, f.cve,
       f.class, f.location, f.title, f.flags, f.state, f.sev100, r.risk_id, cardinality(r.members) as n_members,
       l.risk_id as link_risk_id, k.asset_id as link_asset_id, l.kind as link_kind, l.actor as link_actor,
       l.reason as link_reason, l.valid_from as link_at,
       ctl.control, ctl.title as control_title, ctl.category as control_category, ctl.class as control_class,
       (select case when count(*) = 1 then min(v.cve) else '' end
          from isobar.advisory_alias as v
         where v.org_id = $1
           and v.alias = upper(f.cve)
        having count(*) > 0) as org_cve,
       (select case when count(distinct v.cve) = 1 then min(v.cve) else '' end
          from isobar.intel_alias as v
         where v.alias = upper(f.cve)
        having count(*) > 0) as fed_cve
  from wanted as w
 cross join asset as a
 cross join names as m
  join isobar.finding as f
    on f.org_id = $1
   and f.asset_id = m.asset_id
   and f.finding_id = w.finding_id
  join isobar.asset as n
    on n.org_id = $1
   and n.asset_id = f.asset_id
  join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = a.canonical_id
  left join lateral (select x.risk_id, x.members
                       from risks as x
                      where f.finding_id = any (x.members)
                      order by x.risk_id
                      limit 1) as r
    on true
  left join isobar.risk_link as l
    on l.org_id = $1
   and l.finding_id = f.finding_id
  left join lateral (select s.canonical_id as asset_id
                       from isobar.asset as s
                      where s.org_id = $1
                        and s.asset_id between (left(l.risk_id::text, 18) || '-0000-000000000000')::uuid
                                           and (left(l.risk_id::text, 18) || '-ffff-ffffffffffff')::uuid
                      limit 1) as k
    on true
  left join isobar.control_alias as ca
    on ca.connector = f.connector
   and ca.rule = f.rule
  left join isobar.control as ctl
    on ctl.control = ca.control
 order by w.place
