-- SPDX-License-Identifier: Apache-2.0
-- Marks the assets of open, muted and accepted risks of the CVEs that changed, of all orgs, and the assets
-- with findings of advisories that are another CVE now.  Returns n.
-- The side of the join that is hashed is a bare column: only of those does the planner know how many values
-- there are, and without that it sorts all risks.
-- Reads intel_next and alias_changed.
with affected as (
    select r.org_id, r.asset_id
      from intel_next as n
      join isobar.risk as r
        on substr(r.subject, 5) = n.cve
     where r.subject like 'cve:%'
       and r.state <> 6
     union
    select f.org_id, f.asset_id
      from alias_changed as c
      join isobar.finding as f
        on upper(f.cve) = c.alias
     where f.cve <> ''
       and f.cve not like 'CVE-%'
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select org_id, asset_id, 0::bigint
      from affected
 returning 1
)
select count(*) as n
  from marked;
