-- The stored risks behind the fingerprints of a slice, by their own id or by an alias.
-- $1 org_id.  Reads page_fingerprint.  Column order is that of stored_risk_read().
select p.ordinal, r.risk_id, r.rank, r.state_hash, r.version, r.opened_at, r.band_since, r.rank_since,
       r.due_at, r.resolved_at, r.proof_run_id, r.score, r.band, r.state, r.responsibility, p.fingerprint
  from page_fingerprint as p
  left join isobar.risk_alias as l
    on l.org_id = $1
   and l.fingerprint = p.fingerprint
  join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = coalesce(l.risk_id, p.fingerprint)
