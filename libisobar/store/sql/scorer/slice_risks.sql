-- The stored risks of one slice's assets, by their own id and by each alias: a risk's key begins with the
-- first half of its asset's, so that an asset's risks stand together.
-- $1 org_id, $2 slice.  Reads batch_asset.  Column order is that of stored_risk_read().
select r.risk_id, r.rank, r.state_hash, r.version, r.opened_at, r.band_since, r.rank_since, r.due_at,
       r.resolved_at, r.proof_run_id, r.score, r.band, r.state, r.responsibility, r.elements,
       r.risk_id as fingerprint, r.fix_id
  from batch_asset as b
 cross join lateral (select risk_id, rank, state_hash, version, opened_at, band_since, rank_since, due_at,
                            resolved_at, proof_run_id, score, band, state, responsibility, elements, fix_id
                       from isobar.risk
                      where org_id = $1
                        and risk_id between (left(b.canonical_id::text, 18) || '-0000-000000000000')::uuid
                                        and (left(b.canonical_id::text, 18) || '-ffff-ffffffffffff')::uuid
                     offset 0) as r
 where b.slice = $2
   and b.asset_id = b.canonical_id
 union all
select r.risk_id, r.rank, r.state_hash, r.version, r.opened_at, r.band_since, r.rank_since, r.due_at,
       r.resolved_at, r.proof_run_id, r.score, r.band, r.state, r.responsibility, r.elements,
       l.fingerprint, r.fix_id
  from batch_asset as b
 cross join lateral (select fingerprint, risk_id
                       from isobar.risk_alias
                      where org_id = $1
                        and fingerprint between (left(b.canonical_id::text, 18) || '-0000-000000000000')::uuid
                                            and (left(b.canonical_id::text, 18) || '-ffff-ffffffffffff')::uuid
                     offset 0) as l
 cross join lateral (select risk_id, rank, state_hash, version, opened_at, band_since, rank_since, due_at,
                            resolved_at, proof_run_id, score, band, state, responsibility, elements, fix_id
                       from isobar.risk
                      where org_id = $1
                        and risk_id = l.risk_id
                     offset 0) as r
 where b.slice = $2
   and b.asset_id = b.canonical_id
