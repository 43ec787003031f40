-- Begins a run: one imported file, or one pass over a live source.
-- $1 org_id, $2 command_id (0: this run begins its command), $3 name, $4 started_at, $5 build.
-- Returns run_id.
insert into isobar.run (org_id, command_id, name, format, state, started_at, build)
values ($1, $2, $3, '', 0, $4, $5)
returning run_id
