-- Records a run that failed and was rolled back.
-- $1 org_id, $2 command_id, $3 name, $4 format, $5 started_at, $6 build, $7 error.
insert into isobar.run (org_id, command_id, name, format, state, started_at, finished_at, build, error)
values ($1, $2, $3, $4, 2, $5, $5, $6, $7)
returning run_id
