-- SPDX-License-Identifier: Apache-2.0
-- Orgs whose counters do not add up to their risks, and how many risks there are.
-- Returns one row: n_risks, n_counted, n_wrong.
with risk_count as (
    select org_id, count(*) as n
      from isobar.risk
     group by org_id
), counter as (
    select org_id, sum(n) as n
      from isobar.queue_count
     group by org_id
)
select coalesce(sum(r.n), 0) as n_risks, coalesce(sum(c.n), 0) as n_counted,
       count(*) filter (where coalesce(r.n, 0) <> coalesce(c.n, 0)) as n_wrong
  from risk_count as r
  full join counter as c using (org_id);
