-- SPDX-License-Identifier: Apache-2.0
-- The orgs that have pushes to parse, whose wait the longest first, and those with pushes that nobody tries
-- again.
-- $1 most tries, as in push_take.  Returns org_id, n_waiting, n_spent.
select org_id, count(*) filter (where state = 1 or n_tries < $1) as n_waiting,
       count(*) filter (where state = 2 and n_tries >= $1) as n_spent
  from isobar.push
 where state = 1
    or (state = 2 and not exists (
           select
             from pg_stat_activity as a
            where a.pid = push.backend_pid))
 group by org_id
 order by min(received_at), org_id
