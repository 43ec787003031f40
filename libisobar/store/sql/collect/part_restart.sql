-- A part begins anew.
-- $1 org_id, $2 run_id, $3 part_no, $4 now.
with emptied as (
    delete from isobar.run_seen
     where org_id = $1
       and run_id = $2
       and part_no = $3
)
update isobar.run_part
   set state = 0, cursor = null, n_pages = 0, n_records = 0, n_seen = 0, error = '', updated_at = $4
 where org_id = $1
   and run_id = $2
   and part_no = $3
