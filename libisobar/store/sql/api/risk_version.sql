-- SPDX-License-Identifier: Apache-2.0
-- What a risk's ETag is made of and whose risk it is, under its id or a former one.
-- $1 org_id, $2 risk_id.
with named as (
    select $2::uuid as risk_id, 0 as place
    union all
    select a.risk_id, 1
      from isobar.risk_alias as a
     where a.org_id = $1
       and a.fingerprint = $2
)
select r.risk_id, r.version, a.account, o.name as owner
  from named as n
  join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = n.risk_id
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
 order by n.place
 limit 1
