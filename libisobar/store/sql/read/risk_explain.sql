-- SPDX-License-Identifier: Apache-2.0
-- A risk and the calculation behind its score.  A risk that was never scored has no model.
-- $1 org_id, $2 risk_id.
select r.risk_id, r.version, r.rank, r.next_crossing_at, r.score, r.band, r.state, r.class, r.responsibility,
       r.layer, r.n_findings, r.source_ids, r.title,
       r.subject, r.location, r.opened_at, r.due_at, r.resolved_at, o.name as owner, a.provider, a.account,
       a.region, a.type as asset_type, a.name as asset_name, a.id as asset, e.model, e.inputs, e.points,
       array(select get_byte(e.basis, i) from generate_series(0, length(e.basis) - 1) as i order by i) as basis,
       array(select case get_byte(e.witness, i) when 255 then -1 else get_byte(e.witness, i) end
               from generate_series(0, length(e.witness) - 1) as i order by i) as witness,
       e.members, e.control
  from isobar.risk as r
  left join isobar.risk_explanation as e
    on e.org_id = r.org_id
   and e.risk_id = r.risk_id
  left join isobar.asset as a
    on a.org_id = r.org_id
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = r.org_id
   and o.owner_id = r.owner_id
 where r.org_id = $1
   and r.risk_id = $2
