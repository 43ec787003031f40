-- SPDX-License-Identifier: Apache-2.0
-- Types of assets without a service model, of all orgs, and rows of the matrix that are to be looked at again.
-- $1 now.  Returns one row: n_types, n_risks, n_open, n_due; sample: one of the types.
with open_risk as (
    select sum(n) as n
      from isobar.queue_count
     where state <= 2
), unknown as (
    select a.provider, a.type, count(*) as n
      from isobar.risk as r
      join isobar.asset as a
        on a.org_id = r.org_id
       and a.asset_id = r.asset_id
     where r.open
       and r.responsibility = 3
     group by a.provider, a.type
)
select (select count(*) from unknown) as n_types,
       (select coalesce(sum(n), 0) from unknown) as n_risks,
       (select coalesce(n, 0) from open_risk) as n_open,
       (select coalesce((array_agg(type order by n desc, type collate "C"))[1], '') from unknown) as sample,
       (select count(*) from isobar.responsibility where review_by < $1::timestamptz::date) as n_due
