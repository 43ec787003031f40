-- The run of a live source that has not ended: it is gone on with.
-- $1 org_id, $2 source_id.
-- Returns run_id, started_at.
select run_id, started_at
  from isobar.run
 where org_id = $1
   and source_id = $2
   and state = 0
 order by run_id desc
 limit 1
