-- Adds findings that the end of a command closed to a run's count.
-- $1 org_id, $2 run_id, $3 findings.
update isobar.run
   set n_closed = n_closed + $3
 where org_id = $1
   and run_id = $2
