-- SPDX-License-Identifier: Apache-2.0
-- What waits for the scorer, in all orgs: marks, and the start of the oldest run that left some.
-- Returns one row: n, oldest_at.
select count(*) as n, min(r.started_at) as oldest_at
  from isobar.dirty_mark as d
  left join isobar.run as r
    on r.org_id = d.org_id
   and r.run_id = d.run_id;
