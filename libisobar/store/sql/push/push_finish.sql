-- SPDX-License-Identifier: Apache-2.0
-- A push was parsed, or cannot be: its bytes go.
-- $1 org_id, $2 push_id, $3 state (3 done, 4 failed), $4 run_id or null, $5 error, $6 now.
-- Returns no row when it was not being parsed.
with emptied as (
    delete from isobar.ingest_spool
     where org_id = $1
       and spool_id = $2
)
update isobar.push
   set state = $3, run_id = $4, error = $5, finished_at = $6, backend_pid = 0
 where org_id = $1
   and push_id = $2
   and state = 2
returning push_id
