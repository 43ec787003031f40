-- Gives a lease back.
-- $1 org_id, $2 source_id.
delete from isobar.lease
 where org_id = $1
   and source_id = $2
   and backend_pid = pg_backend_pid()
