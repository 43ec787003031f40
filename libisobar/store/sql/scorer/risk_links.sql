-- What people said of findings, and where they had put them before.
-- $1 org_id.  Returns finding_id, named, risk_id (that goes on under the id that was named; what links merged goes
-- on by itself), kind (as risk_link; -1: the finding is not there any more), origin (of a split; or null), asset_id
-- (the canonical one of the asset that the risk's id begins with), subject and location (null: it is not scored
-- yet), is_elsewhere (links have made it part of another), heir (the name that a change of identity has given it;
-- null: none), heir_is_fresh (it was not scored since).
with recursive said as (
    select finding_id, risk_id, kind, origin
      from isobar.risk_link
     where org_id = $1
    union
    select v.finding_id, v.risk_id, -1::smallint, null::uuid
      from isobar.risk_link_version as v
     where v.org_id = $1
       and not exists (select
                         from isobar.risk_link as l
                        where l.org_id = $1
                          and l.finding_id = v.finding_id
                          and l.risk_id = v.risk_id)
), way as (
    -- What it became part of may have become part of another one.
    select s.risk_id as named, l.risk_id, 1 as hops
      from (select distinct risk_id from said) as s
      join isobar.risk_alias as l
        on l.org_id = $1
       and l.fingerprint = s.risk_id
       and l.reason <> 3
     union all
    select w.named, l.risk_id, w.hops + 1
      from way as w
      join isobar.risk_alias as l
        on l.org_id = $1
       and l.fingerprint = w.risk_id
       and l.reason <> 3
     where w.hops < 16
), goes_on as (
    select distinct on (named) named, risk_id
      from way
     order by named, hops desc
)
select s.finding_id, s.risk_id as named, coalesce(n.risk_id, s.risk_id) as risk_id, s.kind, s.origin,
       a.canonical_id as asset_id, r.subject, r.location, m.risk_id is not null as is_elsewhere,
       h.fingerprint as heir, coalesce(h.valid_from > e.computed_at, true) as heir_is_fresh
  from said as s
  left join goes_on as n
    on n.named = s.risk_id
 cross join lateral (select canonical_id
                       from isobar.asset
                      where org_id = $1
                        and asset_id between (left(coalesce(n.risk_id, s.risk_id)::text, 18) || '-0000-000000000000')::uuid
                                         and (left(coalesce(n.risk_id, s.risk_id)::text, 18) || '-ffff-ffffffffffff')::uuid
                      limit 1) as a
  left join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = coalesce(n.risk_id, s.risk_id)
  left join isobar.risk_alias as m
    on m.org_id = $1
   and m.fingerprint = r.risk_id
   and m.reason = 3
  left join isobar.risk_explanation as e
    on e.org_id = $1
   and e.risk_id = r.risk_id
  left join lateral (select fingerprint, valid_from
                       from isobar.risk_heir
                      where org_id = $1
                        and risk_id = coalesce(n.risk_id, s.risk_id)
                        and not is_origin
                      order by valid_from desc
                      limit 1) as h on true
