-- SPDX-License-Identifier: Apache-2.0
-- A risk as far as links and splits depend on it.
-- $1 org_id, $2 risk_id.  Returns no row, or version, asset_id (canonical), asset, subject, location, title, state,
-- n_findings (all of them), place (the name under which findings are put into it: that of a link by which a member
-- is there, else its own).
select r.version, a.canonical_id as asset_id, c.id as asset, r.subject, r.location, r.title, r.state,
       coalesce(cardinality(e.members), 0) as n_findings,
       coalesce((select l.risk_id
                   from unnest(e.members, e.reasons) as m (finding_id, reasons)
                   join isobar.risk_link as l
                     on l.org_id = $1
                    and l.finding_id = m.finding_id
                    and l.valid_from <= e.computed_at
                  where m.reasons & 384 <> 0
                  order by l.kind desc, l.finding_id
                  limit 1), r.risk_id) as place
  from isobar.risk as r
  join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
  join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = a.canonical_id
  left join isobar.risk_explanation as e
    on e.org_id = $1
   and e.risk_id = r.risk_id
 where r.org_id = $1
   and r.risk_id = $2
