-- Paths whose target is an asset of the slice, a row for each member; broken ones with the last members that
-- they had.
-- $1 org_id, $2 slice.  Reads batch_asset.  Column order is that of path_read().
select p.target_id, p.entry_id, p.rule, p.level, p.last_level, p.proof_run_id, e.id as entry,
       case when exists (select
                           from isobar.risk
                          where org_id = $1
                            and asset_id = p.entry_id
                            and elements <> 0
                            and elements & 1 <> 0
                            and state <= 3) then 5
            else coalesce(c.exposure, 3) end::smallint as entry_exposure,
       m.clauses, m.n_findings, m.source_ids, m.inputs
  from batch_asset as b
 cross join lateral (select target_id, entry_id, rule, level, last_level, proof_run_id
                       from isobar.path
                      where org_id = $1
                        and target_id = b.canonical_id
                     offset 0) as p
  join isobar.asset as e
    on e.org_id = $1
   and e.asset_id = p.entry_id
  left join isobar.asset_context as c
    on c.org_id = $1
   and c.asset_id = p.entry_id
  left join lateral (select pm.clauses, r.risk_id, r.n_findings, r.source_ids, x.inputs
                       from isobar.path_member as pm
                       join isobar.risk as r
                         on r.org_id = $1
                        and r.risk_id = pm.risk_id
                       join isobar.risk_explanation as x
                         on x.org_id = $1
                        and x.risk_id = pm.risk_id
                      where pm.org_id = $1
                        and pm.entry_id = p.entry_id
                        and pm.target_id = p.target_id
                        and pm.rule = p.rule
                     offset 0) as m on true
 where b.slice = $2
   and b.asset_id = b.canonical_id
 order by p.target_id, p.entry_id, p.rule, m.risk_id
