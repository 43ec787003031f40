-- SPDX-License-Identifier: Apache-2.0
-- The next acceptances, newest first, with the account and owner of the risk where it is of one.
-- $1 org_id, $2 state or null, $3 acceptance_id of the one before or null, $4 most rows, $5 risk_id or null.
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
   and ($2::smallint is null or x.state = $2)
   and ($3::uuid is null or x.acceptance_id < $3)
   and ($5::uuid is null or x.risk_id = $5)
 order by x.acceptance_id desc
 limit $4
