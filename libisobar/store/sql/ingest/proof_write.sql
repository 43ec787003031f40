-- Counts the misses of what a complete listing did not show, closes what it may close, and counts from none
-- what was missed before and is listed again.  The source's time of a closed finding stays: the same record,
-- seen again, opens it again.
-- $1 org_id, $2 bigint[] of the scopes that may close, $3 run_id that proves it, $4 now.  Reads proof_finding,
-- which proof_count.sql has filled.  Returns n_closed.
with told as (
    select asset_id, finding_id, misses, seen, not seen and due and scope_id = any ($2::bigint[]) as closes
      from proof_finding
), counted as (
    update isobar.finding as f
       set misses = case when t.seen then 0 else least(t.misses + 1, 32767) end
      from told as t
     where f.org_id = $1
       and f.asset_id = t.asset_id
       and f.finding_id = t.finding_id
       and not t.closes
), kept as (
    insert into isobar.finding_history (org_id, asset_id, finding_id, content_hash, run_id, segment_id,
                                        segment_slot, state, closed_by, sev100, updated_at, valid_to)
    select $1, f.asset_id, f.finding_id, f.content_hash, f.run_id, f.segment_id, f.segment_slot, f.state,
           f.closed_by, f.sev100, f.updated_at, $4
      from told as t
      join isobar.finding as f
        on f.org_id = $1
       and f.asset_id = t.asset_id
       and f.finding_id = t.finding_id
     where t.closes
), closed as (
    update isobar.finding as f
       set state = 1, closed_by = 2, closed_at = $4, content_hash = 0, record_digest = 0, run_id = $3,
           misses = least(t.misses + 1, 32767)
      from told as t
     where f.org_id = $1
       and f.asset_id = t.asset_id
       and f.finding_id = t.finding_id
       and t.closes
 returning f.asset_id
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct $1::bigint, asset_id, $3::bigint
      from closed
)
select count(*) as n_closed
  from closed
