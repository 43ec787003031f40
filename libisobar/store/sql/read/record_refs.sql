-- Which finding stands in which slot of which segment, in their order.
-- $1 org_id.  Returns segment_id, segment_slot, finding_id, content_hash.
select segment_id, segment_slot, finding_id, content_hash
  from isobar.finding
 where org_id = $1
 order by segment_id, segment_slot
