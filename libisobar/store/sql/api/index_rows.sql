-- SPDX-License-Identifier: Apache-2.0
-- Risks that were written, for the index of an org; the columns are those of index_load.
-- $1 org_id, $2 uuid[] risks.  In no order; who is missing is gone.
select r.risk_id, r.rank, r.opened_at, r.due_at, r.next_crossing_at, r.resolved_at, r.score,
       r.band, r.state, r.class, r.responsibility, r.layer, a.provider, a.account, a.region,
       o.name as owner, r.subject, a.id as asset, a.name as asset_name, r.title, r.source_ids, r.n_findings,
       r.location, a.type as asset_type, r.reopens_at, r.soon_at
  from isobar.risk as r
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
 where r.org_id = $1
   and r.risk_id = any ($2::uuid[])
