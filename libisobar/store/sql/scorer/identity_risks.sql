-- The stored risks of one slice's assets, under all their names, with the findings that they were made of.
-- $1 org_id, $2 slice.  Reads batch_asset.  Returns risk_id, opened_at, lives (is not resolved), members, subject,
-- location; risks of paths have no findings.
select r.risk_id, r.opened_at, r.state <> 6 as lives, e.members, r.subject, r.location
  from batch_asset as b
 cross join lateral (select risk_id, opened_at, state, subject, location
                       from isobar.risk
                      where org_id = $1
                        and risk_id between (left(b.asset_id::text, 18) || '-0000-000000000000')::uuid
                                        and (left(b.asset_id::text, 18) || '-ffff-ffffffffffff')::uuid
                     offset 0) as r
  join isobar.risk_explanation as e
    on e.org_id = $1
   and e.risk_id = r.risk_id
 where b.slice = $2
   and r.subject not like 'path:%'
