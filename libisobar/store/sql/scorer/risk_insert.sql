-- Writes the new risks of a page.
-- $1 org_id.  Reads page_risk, which is sorted by risk_id: the key's index grows in order.
insert into isobar.risk (org_id, risk_id, asset_id, rank, state_hash, version, opened_at, band_since,
                         rank_since, due_at, next_crossing_at, resolved_at, proof_run_id, n_findings,
                         score, band, state, class, responsibility, layer, open, subject, location,
                         title, source_ids, elements, fix_id, owner_id, owner_basis, policy_id,
                         reopens_at, soon_at, warn_at, acceptance_id, accepted_by_rule)
select $1, risk_id, asset_id, rank, state_hash, 1, opened_at, band_since, rank_since, due_at,
       next_crossing_at, resolved_at, proof_run_id, n_findings, score, band, state, class,
       responsibility, layer, state <= 2, subject, location, title, source_ids, elements, fix_id,
       owner_id, owner_basis, policy_id, reopens_at, soon_at, warn_at, acceptance_id, accepted_by_rule
  from page_risk
 where is_new
