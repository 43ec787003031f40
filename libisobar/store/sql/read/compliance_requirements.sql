-- SPDX-License-Identifier: Apache-2.0
-- How the requirements of a framework stand: by the worst of what their controls say of any asset.
-- $1 org_id, $2 framework, $3 provider (null: all), $4 account (null: all),
-- $5 text[] accounts that may be seen (null: all).
-- verdict: 2 failing, 1 passing, 0 unknown.  A failure that is muted at its source is one still.
with requirement as materialized (
    -- Numbers: what is sorted below is half a million rows.
    select requirement, control, provider, dense_rank() over (order by requirement)::integer as number
      from isobar.control_framework
     where framework = $2
       and control <> '-'
), rule as not materialized (
    select a.connector, a.rule, q.number, q.provider
      from isobar.control_alias as a
      join requirement as q
        on q.control = a.control
), said as (
    select r.number, r.provider, f.asset_id, case when f.state = 4 then 0 else 2 end as verdict
      from isobar.finding as f
      join rule as r
        on r.connector = f.connector
       and r.rule = f.rule
     where f.org_id = $1
       and f.state in (0, 2, 4)
     union all
    select r.number, r.provider, c.asset_id, 1
      from isobar.control_state as c
      join rule as r
        on r.connector = c.connector
       and r.rule = c.rule
     where c.org_id = $1
       and c.state = 0
), by_asset as (
    select s.number, k.provider, k.account, max(s.verdict) as verdict
      from said as s
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = s.asset_id
      join isobar.asset as k
        on k.org_id = $1
       and k.asset_id = a.canonical_id
     where s.provider in (k.provider, 0)
       and ($3::smallint is null or k.provider = $3)
       and ($4::text is null or k.account = $4)
       and ($5::text[] is null or k.account = any ($5))
     group by s.number, k.org_id, k.asset_id
), by_account as (
    select number, provider, account, max(verdict) as verdict,
           count(*) filter (where verdict = 2) as n_failing,
           count(*) filter (where verdict = 1) as n_passing
      from by_asset
     group by number, provider, account
), summed as (
    select q.requirement, max(b.verdict) as verdict,
           count(*) filter (where b.verdict = 2) as failing_accounts,
           count(*) filter (where b.verdict = 1) as passing_accounts,
           sum(b.n_failing) as failing_assets,
           sum(b.n_passing) as passing_assets
      from by_account as b
      join (select distinct number, requirement from requirement) as q
        on q.number = b.number
     group by q.requirement
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
