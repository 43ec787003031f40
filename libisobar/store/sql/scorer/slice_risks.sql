-- The stored risks of one slice's assets, by their own id (fingerprint null) and by each alias: a risk's key
-- begins with the first half of its asset's, so that an asset's risks stand together.  Only what tells
-- whether one comes out differently: risk_rows has the rest.
-- Aliases by links lead nobody: merged_into says where they led.
-- Heirs (is_origin not null) are risks that a change of identity leads to a name, but for those that have become
-- part of another one since.
-- $1 org_id, $2 slice, $3 whether the org has links or had, $4 whether it has heirs.  Reads batch_asset.  Column order is that of stored_risk_read().
select r.risk_id, null::uuid as fingerprint, r.version, r.state_hash, r.opened_at, r.state,
       case when r.owner_basis <> 1 then r.owner_id end as owner_id, r.owner_basis, r.reopens_at, r.acceptance_id,
       r.accepted_by_rule, r.rank_since,
       case when r.owner_basis = 2 then (select o.name
                                           from isobar.owner as o
                                          where o.org_id = $1
                                            and o.owner_id = r.owner_id) end as owner,
       case when r.state = 4 then (select c.evidence
                                     from isobar.risk_claim as c
                                    where c.org_id = $1
                                      and c.risk_id = r.risk_id
                                      and c.claim = 2
                                    order by c.claimed_at desc
                                    limit 1) end as evidence,
       case when r.state = 4 then (select max(c.claimed_at)
                                     from isobar.risk_claim as c
                                    where c.org_id = $1
                                      and c.risk_id = r.risk_id
                                      and c.claim = 2) end as claimed_at,
       case when $3 then (select m.risk_id
                            from isobar.risk_alias as m
                           where m.org_id = $1
                             and m.fingerprint = r.risk_id
                             and m.reason = 3) end as merged_into,
       null::boolean as is_origin
  from batch_asset as b
 cross join lateral (select risk_id, version, state_hash, opened_at, state, owner_id, owner_basis, reopens_at,
                            acceptance_id, accepted_by_rule, rank_since
                       from isobar.risk
                      where org_id = $1
                        and risk_id between (left(b.canonical_id::text, 18) || '-0000-000000000000')::uuid
                                        and (left(b.canonical_id::text, 18) || '-ffff-ffffffffffff')::uuid
                     offset 0) as r
 where b.slice = $2
   and b.asset_id = b.canonical_id
 union all
select r.risk_id, l.fingerprint as fingerprint, r.version, r.state_hash, r.opened_at, r.state,
       case when r.owner_basis <> 1 then r.owner_id end as owner_id, r.owner_basis, r.reopens_at, r.acceptance_id,
       r.accepted_by_rule, r.rank_since,
       case when r.owner_basis = 2 then (select o.name
                                           from isobar.owner as o
                                          where o.org_id = $1
                                            and o.owner_id = r.owner_id) end as owner,
       case when r.state = 4 then (select c.evidence
                                     from isobar.risk_claim as c
                                    where c.org_id = $1
                                      and c.risk_id = r.risk_id
                                      and c.claim = 2
                                    order by c.claimed_at desc
                                    limit 1) end as evidence,
       case when r.state = 4 then (select max(c.claimed_at)
                                     from isobar.risk_claim as c
                                    where c.org_id = $1
                                      and c.risk_id = r.risk_id
                                      and c.claim = 2) end as claimed_at,
       case when $3 then (select m.risk_id
                            from isobar.risk_alias as m
                           where m.org_id = $1
                             and m.fingerprint = r.risk_id
                             and m.reason = 3) end as merged_into,
       null::boolean
  from batch_asset as b
 cross join lateral (select fingerprint, risk_id
                       from isobar.risk_alias
                      where org_id = $1
                        and fingerprint between (left(b.canonical_id::text, 18) || '-0000-000000000000')::uuid
                                            and (left(b.canonical_id::text, 18) || '-ffff-ffffffffffff')::uuid
                        and reason <> 3
                     offset 0) as l
 cross join lateral (select risk_id, version, state_hash, opened_at, state, owner_id, owner_basis, reopens_at,
                            acceptance_id, accepted_by_rule, rank_since
                       from isobar.risk
                      where org_id = $1
                        and risk_id = l.risk_id
                     offset 0) as r
 where b.slice = $2
   and b.asset_id = b.canonical_id
 union all
select r.risk_id, h.fingerprint, r.version, r.state_hash, r.opened_at, r.state,
       case when r.owner_basis <> 1 then r.owner_id end as owner_id, r.owner_basis, r.reopens_at, r.acceptance_id,
       r.accepted_by_rule, r.rank_since,
       case when r.owner_basis = 2 then (select o.name
                                           from isobar.owner as o
                                          where o.org_id = $1
                                            and o.owner_id = r.owner_id) end as owner,
       case when r.state = 4 then (select c.evidence
                                     from isobar.risk_claim as c
                                    where c.org_id = $1
                                      and c.risk_id = r.risk_id
                                      and c.claim = 2
                                    order by c.claimed_at desc
                                    limit 1) end as evidence,
       case when r.state = 4 then (select max(c.claimed_at)
                                     from isobar.risk_claim as c
                                    where c.org_id = $1
                                      and c.risk_id = r.risk_id
                                      and c.claim = 2) end as claimed_at,
       case when $3 then (select m.risk_id
                            from isobar.risk_alias as m
                           where m.org_id = $1
                             and m.fingerprint = r.risk_id
                             and m.reason = 3) end as merged_into,
       h.is_origin
  from batch_asset as b
 cross join lateral (select fingerprint, risk_id, is_origin
                       from isobar.risk_heir
                      where org_id = $1
                        and fingerprint between (left(b.canonical_id::text, 18) || '-0000-000000000000')::uuid
                                            and (left(b.canonical_id::text, 18) || '-ffff-ffffffffffff')::uuid
                     offset 0) as h
 cross join lateral (select risk_id, version, state_hash, opened_at, state, owner_id, owner_basis, reopens_at,
                            acceptance_id, accepted_by_rule, rank_since
                       from isobar.risk
                      where org_id = $1
                        and risk_id = h.risk_id
                     offset 0) as r
 where b.slice = $2
   and b.asset_id = b.canonical_id
   and $4
   and not exists (select
                     from isobar.risk_alias as m
                    where m.org_id = $1
                      and m.fingerprint = h.risk_id
                      and m.reason <> 3)
