-- What people said of findings, and where they had put them before.
-- $1 org_id.  Returns finding_id, risk_id (that goes on under the id that was named; what links merged goes
-- on by itself), kind (as risk_link; -1: the finding is not there any more), asset_id (the canonical one
-- of the asset that the risk's id begins with), subject and location (null: it is not scored yet).
with said as (
    select finding_id, risk_id, kind
      from isobar.risk_link
     where org_id = $1
    union
    select v.finding_id, v.risk_id, -1::smallint
      from isobar.risk_link_version as v
     where v.org_id = $1
       and not exists (select
                         from isobar.risk_link as l
                        where l.org_id = $1
                          and l.finding_id = v.finding_id
                          and l.risk_id = v.risk_id)
)
select s.finding_id, coalesce(n.risk_id, s.risk_id) as risk_id, s.kind, a.canonical_id as asset_id, r.subject,
       r.location
  from said as s
  left join isobar.risk_alias as n
    on n.org_id = $1
   and n.fingerprint = s.risk_id
   and n.reason <> 3
 cross join lateral (select canonical_id
                       from isobar.asset
                      where org_id = $1
                        and asset_id between (left(coalesce(n.risk_id, s.risk_id)::text, 18) || '-0000-000000000000')::uuid
                                         and (left(coalesce(n.risk_id, s.risk_id)::text, 18) || '-ffff-ffffffffffff')::uuid
                      limit 1) as a
  left join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = coalesce(n.risk_id, s.risk_id)
