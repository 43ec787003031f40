-- The findings of one slice: all that scoring knows of them.
-- $1 org_id, $2 slice.  Reads batch_asset.  Column order is that of evidence_read().
select b.canonical_id, f.asset_id, f.finding_id, f.source_id, f.run_id, f.stored_at, f.closed_at,
       f.epss, f.state, f.closed_by, f.class, f.sev100, f.fidelity, f.maturity, f.flags,
       f.connector, f.rule, f.cve, f.location, f.engine, f.title
  from batch_asset as b
  join isobar.finding as f
    on f.org_id = $1
   and f.asset_id = b.asset_id
 where b.slice = $2
