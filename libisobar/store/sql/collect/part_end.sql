-- A part has ended, if the lease is still this connection's.
-- $1 org_id, $2 source_id, $3 run_id, $4 part_no, $5 state, $6 error or empty, $7 findings closed, $8 now.
-- Returns n: 0, somebody else has the lease.
with ended as (
    update isobar.run_part
       set state = $5, error = $6, n_closed = $7, cursor = null, updated_at = $8
     where org_id = $1
       and run_id = $3
       and part_no = $4
       and exists (select
                     from isobar.lease
                    where org_id = $1
                      and source_id = $2
                      and backend_pid = pg_backend_pid())
 returning part_no
), counted as (
    update isobar.run
       set n_closed = n_closed + $7, n_complete = n_complete + case when $5 = 3 then 1 else 0 end
     where org_id = $1
       and run_id = $3
       and exists (select from ended)
)
select count(*) as n
  from ended
