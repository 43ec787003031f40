-- SPDX-License-Identifier: Apache-2.0
-- A page of the fixes that close an open risk.  A filter that is null takes all.
-- $1 org_id, $2 most rows, $3 smallint[] bands, $4 smallint[] kinds, $5 smallint[] providers, $6 account,
-- $7 asset's canonical id or name, $8 subject, $9 package, $10 text[] accounts that may be seen, $11 band,
-- $12 g and $13 fix_id of the row before the page.  By band, g and fix_id, descending.
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
   and f.open
   and ($11::smallint is null or (f.band, f.g, f.fix_id) < ($11, $12::smallint, $13::uuid))
   and ($3::smallint[] is null or f.band = any ($3))
   and ($4::smallint[] is null or f.kind = any ($4))
   and ($5::smallint[] is null or coalesce(a.provider, f.provider) = any ($5))
   and ($6::text is null or coalesce(a.account, f.account) = $6)
   and ($7::text is null or f.asset_id in (
            select n.canonical_id
              from isobar.asset as n
             where n.org_id = $1
               and (n.id = $7 or n.name = $7)))
   and ($8::text is null or f.subject = $8)
   and ($9::text is null or u.package = lower($9) or u.package = $9)
   and ($10::text[] is null or coalesce(a.account, f.account) = any ($10))
 order by f.band desc, f.g desc, f.fix_id desc
 limit $2
