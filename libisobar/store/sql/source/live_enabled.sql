-- SPDX-License-Identifier: Apache-2.0
-- Live sources of all orgs that are not paused, the ones due first in front.
select s.org_id, o.name as org_name, s.source_id, s.name, s.connector, s.interval_s, s.misses, s.next_run_at
  from isobar.source as s
  join isobar.org as o
    on o.org_id = s.org_id
 where s.kind = 1
   and s.enabled
   and s.settings is not null
 order by s.next_run_at, s.org_id, s.source_id
