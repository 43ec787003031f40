-- Keeps the versions that this chunk is about to replace or close.
-- $1 org_id, $2 now.  Reads page_row.  Returns n_closed: open findings that end by it.
with old as (
    select f.*, p.passing, p.new_state
      from (select asset_id, finding_id, state as new_state, state = 5 as passing
              from page_row
             where state = 5 or not is_new) as p
      join isobar.finding as f
        on f.org_id = $1
       and f.asset_id = p.asset_id
       and f.finding_id = p.finding_id
     where not p.passing or f.state in (0, 2, 4)
), kept as (
    insert into isobar.finding_history (org_id, asset_id, finding_id, content_hash, run_id, segment_id,
                                        segment_slot, state, closed_by, sev100, updated_at, valid_to)
    select $1, asset_id, finding_id, content_hash, run_id, segment_id, segment_slot, state, closed_by,
           sev100, updated_at, $2
      from old
)
select count(*) filter (where state = 0 and new_state in (1, 3, 5)) as n_closed
  from old
