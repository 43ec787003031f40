-- SPDX-License-Identifier: Apache-2.0
-- Findings in the order in which they were stored, which is that of their raw records, each with its
-- asset under the canonical name and the risk that it is a member of.  Which one that is stands in the
-- explanations only (at most 200 members each), so these are read once for all.
-- $1 org_id, $2 state or null, $3 most rows or null.
with listed as materialized (
    select finding_id, asset_id, source_id, connector, rule, cve, location, title, state, sev100,
           first_seen, segment_id, segment_slot, scope_id, run_id, misses
      from isobar.finding
     where org_id = $1
       and ($2::smallint is null or state = $2)
     order by segment_id, segment_slot, finding_id
     limit $3
), member as (
    select distinct on (m.finding_id) m.finding_id, e.risk_id
      from isobar.risk_explanation as e
     cross join unnest(e.members) as m (finding_id)
     where e.org_id = $1
       and m.finding_id in (select finding_id from listed)
     order by m.finding_id, e.risk_id
)
select l.finding_id, m.risk_id, l.source_id, l.connector, l.rule, l.cve, l.location, l.title, l.state,
       l.sev100, l.first_seen, l.segment_id, l.segment_slot, a.id as asset_named,
       coalesce(c.id, a.id) as asset, 0::smallint as reasons,
       greatest(r.started_at, case when l.misses = 0 then s.complete_at end) as confirmed_at,
       coalesce(s.is_blind, false) as is_blind, null::smallint as link_kind, null as link_actor, null as link_reason,
       null::timestamptz as link_at
  from listed as l
  left join member as m
    on m.finding_id = l.finding_id
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = l.asset_id
  left join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = a.canonical_id
  left join isobar.run as r
    on r.org_id = $1
   and r.run_id = l.run_id
  left join lateral (select max(k.complete_at) as complete_at, bool_and(k.state between 2 and 5) as is_blind
                       from isobar.source_scope as k
                      where k.org_id = $1
                        and k.scope_id = l.scope_id) as s
    on true
 order by l.segment_id, l.segment_slot, l.finding_id
