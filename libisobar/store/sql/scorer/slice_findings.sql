-- The findings of one slice: all that scoring knows of them.
-- $1 org_id, $2 slice, $3 whether a clock starts with the source.  Reads batch_asset; "offset 0" makes the planner go by its rows, whatever it
-- knows of a table that was filled a moment ago.  Column order is that of evidence_read().
select b.canonical_id, f.asset_id, f.finding_id, f.source_id, f.run_id, f.stored_at, f.closed_at,
       f.epss, f.state, f.closed_by, f.class, f.sev100, f.fidelity, f.maturity, f.flags,
       f.connector, f.rule, f.cve, f.location, f.engine, f.title, f.upgrade_id,
       case when $3 then f.first_seen end as first_seen
  from batch_asset as b
 cross join lateral (select asset_id, finding_id, source_id, run_id, stored_at, closed_at, epss, state,
                            closed_by, class, sev100, fidelity, maturity, flags, connector, rule, cve,
                            location, engine, title, upgrade_id, first_seen
                       from isobar.finding
                      where org_id = $1
                        and asset_id = b.asset_id
                     offset 0) as f
 where b.slice = $2
