-- Closes the findings whose check passes now, by the source's explicit word, and marks their assets.
-- A closed finding has content hash 0, so that whatever comes next is a change.
-- $1 org_id, $2 run_id, $3 now.  Reads page_row.
with closed as (
    update isobar.finding as f
       set state = 1, closed_by = 1, closed_at = coalesce(p.closed_at, $3), content_hash = 0, record_digest = 0,
           run_id = $2, updated_at = p.updated_at, segment_id = p.segment_id,
           segment_slot = p.segment_slot, misses = 0
      from page_row as p
     where f.org_id = $1
       and f.asset_id = p.asset_id
       and f.finding_id = p.finding_id
       and p.state = 5
       and f.state in (0, 2, 4)
 returning f.asset_id
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select distinct $1::bigint, asset_id, $2::bigint
  from closed
