-- The last segment that a run stored.
-- $1 org_id, $2 the first id of the run, $3 the first of the next.
-- Returns segment_id, 0 when there is none.
select coalesce(max(segment_id), 0) as segment_id
  from isobar.payload_segment
 where org_id = $1
   and segment_id >= $2
   and segment_id < $3
