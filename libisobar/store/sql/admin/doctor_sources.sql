-- SPDX-License-Identifier: Apache-2.0
-- Enabled sources that no run has brought anything of for long, in all orgs.
-- $1 since when.  Returns name, connector, seen_at; the longest silent first.
select s.name, s.connector, max(coalesce(r.finished_at, s.created_at)) as seen_at
  from isobar.source as s
  left join isobar.run_scope as c
    on c.org_id = s.org_id
   and c.source_id = s.source_id
  left join isobar.run as r
    on r.org_id = c.org_id
   and r.run_id = c.run_id
   and r.state = 1
 where s.enabled
 group by s.org_id, s.source_id, s.name, s.connector
having max(coalesce(r.finished_at, s.created_at)) < $1::timestamptz
 order by seen_at;
