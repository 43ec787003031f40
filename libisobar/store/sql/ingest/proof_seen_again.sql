-- What was missed before and is listed again counts from none.
-- $1 org_id, $2 run_id, $3 part_no, $4 bigint[] scope ids.
update isobar.finding as f
   set misses = 0
  from isobar.run_seen as s
 where f.org_id = $1
   and f.scope_id = any ($4::bigint[])
   and f.misses > 0
   and f.state in (0, 2, 4)
   and s.org_id = $1
   and s.run_id = $2
   and s.part_no = $3
   and s.asset_id = f.asset_id
   and s.finding_id = f.finding_id
