-- SPDX-License-Identifier: Apache-2.0
-- Cases of identity that wait for a decision, or all of them; or one, by the beginning of its id.
-- $1 org_id, $2 decided ones, too, $3 first and $4 last case_id, $5 most.
select c.case_id, c.asset_id, coalesce(a.name, a.id, '') as asset, c.state, c.risk_ids, c.successor_ids,
       to_json(c.successors)::text as successors, to_json(c.locations)::text as locations,
       c.findings, c.finding_risks, c.finding_successors, to_json(c.finding_open)::text as finding_open,
       (select to_json(array_agg(coalesce(r.title, '') order by p.place))::text
          from unnest(c.risk_ids) with ordinality as p (risk_id, place)
          left join isobar.risk as r
            on r.org_id = $1
           and r.risk_id = p.risk_id) as titles,
       (select to_json(array_agg(coalesce(r.subject, '') order by p.place))::text
          from unnest(c.risk_ids) with ordinality as p (risk_id, place)
          left join isobar.risk as r
            on r.org_id = $1
           and r.risk_id = p.risk_id) as subjects,
       c.found_at, c.decided_at, c.actor, c.reason
  from isobar.identity_case as c
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = c.asset_id
 where c.org_id = $1
   and (c.state = 0 or $2)
   and c.case_id between $3 and $4
 order by c.found_at, c.case_id
 limit $5
