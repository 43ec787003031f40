-- What some risks and their assets are called.
-- $1 org_id, $2 uuid[] risks, $3 uuid[] their assets.  Returns place (of the risk in $2, from 1), title and subject ('': there
-- is no such risk), asset.
select p.place, coalesce(r.title, '') as title, coalesce(r.subject, '') as subject, coalesce(a.name, a.id, '') as asset
  from unnest($2::uuid[], $3::uuid[]) with ordinality as p (risk_id, asset_id, place)
  left join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = p.risk_id
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = p.asset_id
