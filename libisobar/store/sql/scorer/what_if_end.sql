-- SPDX-License-Identifier: Apache-2.0
-- Ends what this connection has taken: with its answer or why there is none; state 0 lets it be taken again.
-- $1 org_id, $2 what_if_id, $3 state, $4 report or null, $5 error, $6 now.
update isobar.what_if
   set state = $3, report = $4, error = $5, backend_pid = 0,
       finished_at = case when $3::smallint >= 2 then $6::timestamptz end,
       body = case when $3::smallint >= 2 then '' else body end
 where org_id = $1
   and what_if_id = $2
   and state = 1
   and backend_pid = pg_backend_pid()
