-- All orgs, for the sweep of SLA crossings.  Returns org_id, name.
select org_id, name
  from isobar.org
 order by org_id
