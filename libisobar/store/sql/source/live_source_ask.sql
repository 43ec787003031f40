-- SPDX-License-Identifier: Apache-2.0
-- A live source is due at once, unless it is paused, and the collectors are woken.
-- $1 org_id, $2 source_id, $3 now.
-- Returns last_id, its last run before, and running_id, the one under way (0: none); no row when it is paused.
with asked as (
    update isobar.source
       set next_run_at = $3
     where org_id = $1
       and source_id = $2
       and enabled
    returning source_id
)
select coalesce(r.last_id, 0) as last_id, coalesce(r.running_id, 0) as running_id,
       pg_notify('isobar_collect', a.source_id::text) as told
  from asked as a
 cross join (
           select max(run_id) as last_id, max(run_id) filter (where state = 0) as running_id
             from isobar.run
            where org_id = $1
              and source_id = $2) as r
