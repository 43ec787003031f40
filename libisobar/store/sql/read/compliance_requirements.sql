-- SPDX-License-Identifier: Apache-2.0
-- How the requirements of a framework stand: by the worst of what their controls say of any asset.
-- $1 org_id, $2 framework, $3 provider (null: all), $4 account (null: all),
-- $5 text[] accounts that may be seen (null: all).
-- verdict: 2 failing, 1 passing, 0 unknown.  A failure that is muted at its source is one still.
with rule as (
    select a.connector, a.rule, a.control
      from isobar.control_alias as a
     where a.control in (select control from isobar.control_framework where framework = $2)
), said as (
    select r.control, f.asset_id, case when f.state = 4 then 0 else 2 end as verdict
      from isobar.finding as f
      join rule as r
        on r.connector = f.connector
       and r.rule = f.rule
     where f.org_id = $1
       and f.state in (0, 2, 4)
     union all
    select r.control, c.asset_id, 1
      from isobar.control_state as c
      join rule as r
        on r.connector = c.connector
       and r.rule = c.rule
     where c.org_id = $1
       and c.state = 0
), placed as (
    select s.control, k.provider, k.account, k.asset_id, max(s.verdict) as verdict
      from said as s
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = s.asset_id
      join isobar.asset as k
        on k.org_id = $1
       and k.asset_id = a.canonical_id
     where ($3::smallint is null or k.provider = $3)
       and ($4::text is null or k.account = $4)
       and ($5::text[] is null or k.account = any ($5))
     group by s.control, k.provider, k.account, k.asset_id
), by_asset as (
    select q.requirement, p.provider, p.account, p.asset_id, max(p.verdict) as verdict
      from isobar.control_framework as q
      join placed as p
        on p.control = q.control
       and q.provider in (p.provider, 0)
     where q.framework = $2
     group by q.requirement, p.provider, p.account, p.asset_id
), by_account as (
    select requirement, provider, account, max(verdict) as verdict,
           count(*) filter (where verdict = 2) as n_failing,
           count(*) filter (where verdict = 1) as n_passing
      from by_asset
     group by requirement, provider, account
), summed as (
    select requirement, max(verdict) as verdict,
           count(*) filter (where verdict = 2) as failing_accounts,
           count(*) filter (where verdict = 1) as passing_accounts,
           sum(n_failing) as failing_assets,
           sum(n_passing) as passing_assets
      from by_account
     group by requirement
), named as (
    select q.requirement, coalesce(string_agg(q.control, ' ' order by q.control collate "C") filter (where q.control <> '-'), '')
               as controls,
           min(c.title collate "C") as title
      from isobar.control_framework as q
      left join isobar.control as c
        on c.control = q.control
     where q.framework = $2
     group by q.requirement
)
select n.requirement, n.controls, coalesce(n.title, '') as title, coalesce(s.verdict, 0) as verdict,
       coalesce(s.failing_accounts, 0) as failing_accounts, coalesce(s.passing_accounts, 0) as passing_accounts,
       coalesce(s.failing_assets, 0) as failing_assets, coalesce(s.passing_assets, 0) as passing_assets
  from named as n
  left join summed as s
    on s.requirement = n.requirement
 order by n.requirement collate "C"
