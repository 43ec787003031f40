-- Writes the changed risks of a page.  What the queue reads of a risk holds since now if any of it changed; a
-- clock that was set back moves no former row.
-- $1 org_id.  Reads page_risk.
update isobar.risk as r
   set asset_id = p.asset_id, rank = p.rank, state_hash = p.state_hash, version = r.version + 1,
       opened_at = p.opened_at, band_since = p.band_since,
       rank_since = case when (r.rank, r.state, r.responsibility, r.due_at, r.next_crossing_at, r.reopens_at, r.soon_at)
                              is not distinct from
                              (p.rank, p.state, p.responsibility, p.due_at, p.next_crossing_at, p.reopens_at, p.soon_at)
                         then r.rank_since
                         else greatest(r.rank_since, p.rank_since)
                    end,
       due_at = p.due_at, next_crossing_at = p.next_crossing_at, resolved_at = p.resolved_at,
       proof_run_id = p.proof_run_id, n_findings = p.n_findings, score = p.score, band = p.band,
       state = p.state, class = p.class, responsibility = p.responsibility, layer = p.layer,
       open = p.state <= 2, subject = p.subject, location = p.location, title = p.title,
       source_ids = p.source_ids, elements = p.elements, fix_id = p.fix_id,
       owner_id = p.owner_id, owner_basis = p.owner_basis, policy_id = p.policy_id, reopens_at = p.reopens_at,
       soon_at = p.soon_at, warn_at = p.warn_at,
       acceptance_id = p.acceptance_id, accepted_by_rule = p.accepted_by_rule
  from page_risk as p
 where r.org_id = $1
   and r.risk_id = p.risk_id
   and not p.is_new
