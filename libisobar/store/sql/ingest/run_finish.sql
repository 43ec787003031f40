-- Ends a run with its counts.
-- $1 org_id, $2 run_id, $3 format, $4 state (1 done, 2 failed), $5 finished_at, $6 records,
-- $7 findings, $8 new, $9 changed, $10 unchanged, $11 quarantined, $12 closed, $13 error or null,
-- $14 command_id.
update isobar.run
   set format = $3, state = $4, finished_at = $5, n_records = $6, n_findings = $7, n_new = $8,
       n_changed = $9, n_unchanged = $10, n_quarantined = $11, n_closed = $12, error = $13,
       command_id = $14
 where org_id = $1
   and run_id = $2
