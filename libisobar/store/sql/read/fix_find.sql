-- SPDX-License-Identifier: Apache-2.0
-- The fixes whose id begins as the caller wrote it, open or not; a handful is enough to tell that it was
-- too short.
-- $1 org_id, $2 first uuid, $3 last uuid of the range.
select f.fix_id, f.kind, f.open, f.g, f.band, f.n_risks, f.n_critical, f.n_high, f.n_medium, f.n_low, f.score_sum,
       f.due_at, f.subject, coalesce(a.provider, f.provider) as provider, coalesce(a.account, f.account) as account,
       a.id as asset,
       case when a.type = 'container.image' then a.id else a.name end as asset_name, u.package, u.fixed_version, c.remediation
  from isobar.fix as f
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = f.asset_id
  left join isobar.upgrade as u
    on u.org_id = $1
   and u.upgrade_id = f.upgrade_id
  left join isobar.control as c
    on c.control = substr(f.subject, 9)
   and f.subject like 'control:%'
 where f.org_id = $1
   and f.fix_id between $2 and $3
 order by f.fix_id
 limit 6
