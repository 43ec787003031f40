-- SPDX-License-Identifier: Apache-2.0
-- How many requirements of a framework fail, pass and are unknown in each account of which anything is known.
-- $1 org_id, $2 framework, $3 provider (null: all), $4 account (null: all),
-- $5 text[] accounts that may be seen (null: all), $6 how many accounts at most (null: any number).
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
), by_account as (
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
     group by s.number, k.provider, k.account
), total as (
    select count(distinct requirement) as n
      from isobar.control_framework
     where framework = $2
)
select b.provider, b.account,
       count(*) filter (where b.verdict = 2) as failing,
       count(*) filter (where b.verdict = 1) as passing,
       t.n - count(*) filter (where b.verdict > 0) as unknown,
       count(*) over () as n_accounts
  from by_account as b
 cross join total as t
 group by b.provider, b.account, t.n
 order by b.provider, b.account collate "C"
 limit $6
