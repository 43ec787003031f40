-- SPDX-License-Identifier: Apache-2.0
-- The findings of a risk, worst first, with the reasons why they are in it and what people said of them.  Findings stand under every
-- name that the asset has, so its other names are looked up first.
-- $1 org_id, $2 risk_id.
with names as (
    select r.asset_id
      from isobar.risk as r
     where r.org_id = $1
       and r.risk_id = $2
    union
    select a.asset_id
      from isobar.risk as r
      join isobar.asset as a
        on a.org_id = $1
       and a.canonical_id = r.asset_id
       and a.canonical_id <> a.asset_id
     where r.org_id = $1
       and r.risk_id = $2
), members as (
    select m.finding_id, m.reasons, m.place
      from isobar.risk_explanation as e
     cross join unnest(e.members, e.reasons) with ordinality as m (finding_id, reasons, place)
     where e.org_id = $1
       and e.risk_id = $2
)
select f.finding_id, $2::uuid as risk_id, f.source_id, f.connector, f.rule, f.cve, f.location, f.title,
       f.state, f.sev100, f.first_seen, f.segment_id, f.segment_slot, a.id as asset_named,
       coalesce(c.id, a.id) as asset, m.reasons,
       greatest(r.started_at, case when f.misses = 0 then s.complete_at end) as confirmed_at,
       coalesce(s.is_blind, false) as is_blind, l.kind as link_kind, l.actor as link_actor, l.reason as link_reason,
       l.valid_from as link_at
  from members as m
 cross join names as n
  join isobar.finding as f
    on f.org_id = $1
   and f.asset_id = n.asset_id
   and f.finding_id = m.finding_id
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = f.asset_id
  left join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = a.canonical_id
  left join isobar.run as r
    on r.org_id = $1
   and r.run_id = f.run_id
  left join lateral (select max(k.complete_at) as complete_at, bool_and(k.state between 2 and 5) as is_blind
                       from isobar.source_scope as k
                      where k.org_id = $1
                        and k.scope_id = f.scope_id) as s
    on true
  left join isobar.risk_link as l
    on l.org_id = $1
   and l.finding_id = f.finding_id
 order by m.place
