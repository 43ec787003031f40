-- Closes what complete listings did not show, after a person's word: what has been missed as often as
-- it takes.
-- $1 org_id, $2 bigint[] scope ids, $3 bigint[] the runs that proved them, $4 misses or null, $5 now.
-- Returns n_closed.
with due as (
    select f.asset_id, f.finding_id, w.run_id as proof_run_id
      from unnest($2::bigint[], $3::bigint[]) as w (scope_id, run_id)
      join isobar.finding as f
        on f.org_id = $1
       and f.scope_id = w.scope_id
     where f.state in (0, 2, 4)
       and f.class <> 2
       and f.misses >= coalesce($4::integer, case f.class when 1 then 2 else 1 end)
), kept as (
    insert into isobar.finding_history (org_id, asset_id, finding_id, content_hash, run_id, segment_id,
                                        segment_slot, state, closed_by, sev100, updated_at, valid_to)
    select $1, f.asset_id, f.finding_id, f.content_hash, f.run_id, f.segment_id, f.segment_slot, f.state,
           f.closed_by, f.sev100, f.updated_at, $5
      from due as d
      join isobar.finding as f
        on f.org_id = $1
       and f.asset_id = d.asset_id
       and f.finding_id = d.finding_id
), closed as (
    update isobar.finding as f
       set state = 1, closed_by = 2, closed_at = $5, content_hash = 0, record_digest = 0, run_id = d.proof_run_id
      from due as d
     where f.org_id = $1
       and f.asset_id = d.asset_id
       and f.finding_id = d.finding_id
 returning f.asset_id, f.run_id
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1::bigint, asset_id, max(run_id)
      from closed
     group by asset_id
)
select count(*) as n_closed
  from closed
