-- The parts of a run that have not ended, in order.
-- $1 org_id, $2 run_id, $3 behind this part_no, $4 limit.
-- Returns part_no, name, kind, data, scopes (lines), title, state, cursor, n_pages, error.
select part_no, name, kind, data, array_to_string(scopes, E'\n') as scopes, title, state, cursor, n_pages,
       error
  from isobar.run_part
 where org_id = $1
   and run_id = $2
   and part_no > $3
   and state < 3
 order by part_no
 limit $4
