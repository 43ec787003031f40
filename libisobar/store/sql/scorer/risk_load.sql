-- The stored risks behind fingerprints that may stand with assets outside of the slice, by their own id or
-- by an alias.
-- $1 org_id.  Reads page_fingerprint.  Column order is that of stored_risk_read(), then ordinal.
select r.risk_id, r.rank, r.state_hash, r.version, r.opened_at, r.band_since, r.rank_since,
       r.due_at, r.resolved_at, r.proof_run_id, r.score, r.band, r.state, r.responsibility, r.elements,
       p.fingerprint, r.fix_id, p.ordinal
  from page_fingerprint as p
  left join isobar.risk_alias as l
    on l.org_id = $1
   and l.fingerprint = p.fingerprint
 cross join lateral (select risk_id, rank, state_hash, version, opened_at, band_since, rank_since, due_at,
                            resolved_at, proof_run_id, score, band, state, responsibility, elements, fix_id
                       from isobar.risk
                      where org_id = $1
                        and risk_id = coalesce(l.risk_id, p.fingerprint)
                     offset 0) as r
