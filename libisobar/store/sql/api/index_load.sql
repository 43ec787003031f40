-- SPDX-License-Identifier: Apache-2.0
-- The next risks for the index of an org, all of them in the end, in the order of their ids.  Risks of an
-- asset stand together, so its row is looked up once for all of them.
-- $1 org_id, $2 the last risk_id of the part before, $3 most rows.
with part as materialized (
    select risk_id, rank, opened_at, due_at, next_crossing_at, resolved_at, score, band, state, class,
           responsibility, layer, n_findings, asset_id, owner_id, subject, location, title, source_ids, reopens_at, soon_at
      from isobar.risk
     where org_id = $1
       and risk_id > $2
     order by risk_id
     limit $3
), named as materialized (
    select a.asset_id, a.provider, a.account, a.region, a.type, a.id, a.name
      from (select distinct asset_id from part) as p
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = p.asset_id
)
select r.risk_id, r.rank, r.opened_at, r.due_at, r.next_crossing_at, r.resolved_at, r.score,
       r.band, r.state, r.class, r.responsibility, r.layer, a.provider, a.account, a.region,
       o.name as owner, r.subject, a.id as asset, a.name as asset_name, r.title, r.source_ids,
       r.n_findings, r.location, a.type as asset_type, r.reopens_at, r.soon_at
  from part as r
  left join named as a
    on a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
 order by r.risk_id
