-- Writes the changed findings of a chunk.
-- $1 org_id, $2 run_id.  Reads page_row.
update isobar.finding as f
   set source_id = p.source_id, scope_id = p.scope_id, run_id = $2, segment_id = p.segment_id,
       content_hash = p.content_hash, record_digest = p.record_digest, stated = p.stated,
       updated_at = p.updated_at,
       first_seen = p.first_seen, last_seen = p.last_seen,
       closed_at = p.closed_at, epss = p.epss, segment_slot = p.segment_slot, state = p.state,
       closed_by = case when p.state in (1, 3) then 1 else 0 end, class = p.class, sev100 = p.sev100,
       fidelity = p.fidelity, maturity = p.maturity, flags = p.flags, misses = 0, rule = p.rule,
       location = p.location, engine = p.engine, title = p.title,
       upgrade_id = p.upgrade_id
  from page_row as p
 where f.org_id = $1
   and f.asset_id = p.asset_id
   and f.finding_id = p.finding_id
   and p.state <> 5
   and not p.is_new
