-- SPDX-License-Identifier: Apache-2.0
-- The acceptances whose id begins as the caller wrote it; a handful is enough to tell that it was too short.
-- $1 org_id, $2 first uuid, $3 last uuid of the range.
select x.acceptance_id, x.risk_id, x.filter, x.fix_id, x.state, x.reason, x.requested_by, x.requested_at,
       x.approved_by, x.approved_at, x.starts_at, x.ends_at, x.actor, x.valid_from,
       r.title as risk_title, a.account, o.name as owner
  from isobar.acceptance as x
  left join isobar.risk as r
    on r.org_id = x.org_id
   and r.risk_id = x.risk_id
  left join isobar.asset as a
    on a.org_id = x.org_id
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = x.org_id
   and o.owner_id = r.owner_id
 where x.org_id = $1
   and x.acceptance_id between $2 and $3
 order by x.acceptance_id
 limit 3
