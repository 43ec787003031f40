-- What else there is to know of some stored risks that come out differently.
-- $1 org_id, $2 uuid[] risks.  Returns place (of the risk in $2, from 1).  Column order is that of
-- stored_rest_read().
select p.place, r.rank, r.band_since, r.due_at, r.resolved_at, r.proof_run_id, r.score, r.band,
       r.responsibility, r.elements, r.fix_id, r.owner_id, r.next_crossing_at, r.warn_at
  from unnest($2::uuid[]) with ordinality as p (risk_id, place)
 cross join lateral (select rank, band_since, due_at, resolved_at, proof_run_id, score, band,
                            responsibility, elements, fix_id, owner_id, next_crossing_at, warn_at
                       from isobar.risk
                      where org_id = $1
                        and risk_id = p.risk_id
                     offset 0) as r
