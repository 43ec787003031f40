-- The stored risks behind fingerprints that may stand with assets outside of the slice, by their own id or
-- by an alias.
-- $1 org_id.  Reads page_fingerprint.  Column order is that of stored_risk_read(), then ordinal (its place in page_fingerprint).
select r.risk_id, p.fingerprint as fingerprint, r.version, r.state_hash, r.opened_at, r.state,
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
       (select m.risk_id
          from isobar.risk_alias as m
         where m.org_id = $1
           and m.fingerprint = r.risk_id
           and m.reason = 3) as merged_into, null::boolean as is_origin, p.ordinal
  from page_fingerprint as p
  left join isobar.risk_alias as l
    on l.org_id = $1
   and l.fingerprint = p.fingerprint
   and l.reason <> 3
 cross join lateral (select risk_id, version, state_hash, opened_at, state, owner_id, owner_basis, reopens_at,
                            acceptance_id, accepted_by_rule, rank_since
                       from isobar.risk
                      where org_id = $1
                        and risk_id = coalesce(l.risk_id, p.fingerprint)
                     offset 0) as r
