-- The next segments of raw records, by number, with the run that wrote them.
-- $1 org_id, $2 the last one of the page before, $3 most rows.  Column order is that of record_walk_next().
select s.segment_id, s.run_id, coalesce(r.format, '') as format, coalesce(r.name, '') as name, s.body
  from isobar.payload_segment as s
  left join isobar.run as r
    on r.org_id = $1
   and r.run_id = s.run_id
 where s.org_id = $1
   and s.segment_id > $2
 order by s.segment_id
 limit $3
