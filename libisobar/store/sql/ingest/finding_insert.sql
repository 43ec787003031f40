-- Writes the new findings of a chunk.
-- $1 org_id, $2 run_id, $3 now.  Reads page_row.  The connector's lock is held, so what the diff
-- found missing is missing.
insert into isobar.finding (org_id, source_id, scope_id, run_id, segment_id, content_hash, record_digest,
                            stated, updated_at, stored_at, first_seen, last_seen, closed_at, epss, segment_slot, state,
                            closed_by, class, sev100, fidelity, maturity, flags, asset_id, finding_id,
                            connector, rule, cve, location, engine, title, upgrade_id)
select $1, source_id, scope_id, $2, segment_id, content_hash, record_digest, stated, updated_at, $3,
       first_seen, last_seen, closed_at, epss, segment_slot, state, case when state in (1, 3) then 1 else 0 end, class,
       sev100, fidelity, maturity, flags, asset_id, finding_id, connector, rule, cve, location, engine, title,
       upgrade_id
  from page_row
 where is_new
   and state <> 5
