-- Counts the misses of what a complete listing did not show, and closes what it may close.  The source's
-- time of a closed finding stays: the same record, seen again, opens it again.
-- $1 org_id, $2 run_id, $3 part_no, $4 bigint[] scope ids, $5 misses or null, $6 bigint[] of these that
-- may close, $7 run_id that proves it, $8 now.  Returns n_closed.
with seen as materialized (
    select distinct asset_id, finding_id
      from isobar.run_seen
     where org_id = $1
       and run_id = $2
       and part_no = $3
), absent as (
    select f.asset_id, f.finding_id, f.misses,
           f.scope_id = any ($6::bigint[])
               and f.misses + 1 >= coalesce($5::integer, case f.class when 1 then 2 else 1 end) as closes
      from isobar.finding as f
      left join seen as s
        on s.asset_id = f.asset_id
       and s.finding_id = f.finding_id
     where f.org_id = $1
       and f.scope_id = any ($4::bigint[])
       and f.state in (0, 2, 4)
       and f.class <> 2
       and s.finding_id is null
), missed as (
    update isobar.finding as f
       set misses = least(a.misses + 1, 32767)
      from absent as a
     where f.org_id = $1
       and f.asset_id = a.asset_id
       and f.finding_id = a.finding_id
       and not a.closes
), kept as (
    insert into isobar.finding_history (org_id, asset_id, finding_id, content_hash, run_id, segment_id,
                                        segment_slot, state, closed_by, sev100, updated_at, valid_to)
    select $1, f.asset_id, f.finding_id, f.content_hash, f.run_id, f.segment_id, f.segment_slot, f.state,
           f.closed_by, f.sev100, f.updated_at, $8
      from absent as a
      join isobar.finding as f
        on f.org_id = $1
       and f.asset_id = a.asset_id
       and f.finding_id = a.finding_id
     where a.closes
), closed as (
    update isobar.finding as f
       set state = 1, closed_by = 2, closed_at = $8, content_hash = 0, record_digest = 0, run_id = $7,
           misses = least(a.misses + 1, 32767)
      from absent as a
     where f.org_id = $1
       and f.asset_id = a.asset_id
       and f.finding_id = a.finding_id
       and a.closes
 returning f.asset_id
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct $1::bigint, asset_id, $7::bigint
      from closed
)
select count(*) as n_closed
  from closed
