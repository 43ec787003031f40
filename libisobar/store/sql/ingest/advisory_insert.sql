-- Stores which CVE a chunk's records state for an advisory, and marks what waits for that.
-- $1 org_id, $2 run_id, $3 now.  Reads page_advisory.
with added as (
    insert into isobar.advisory_alias (org_id, alias, cve, stored_at)
    select distinct $1::bigint, alias, cve, $3::timestamptz
      from page_advisory
    on conflict (org_id, alias, cve) do nothing
 returning alias
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select distinct $1::bigint, f.asset_id, $2::bigint
  from added as a
  join isobar.finding as f
    on f.org_id = $1
   and upper(f.cve) = a.alias
