-- What a part of a run saw is of no more use.
-- $1 org_id, $2 run_id, $3 part_no.
delete from isobar.run_seen
 where org_id = $1
   and run_id = $2
   and part_no = $3
