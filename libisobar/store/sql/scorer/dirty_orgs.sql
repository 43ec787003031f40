-- Which orgs have something to score.  Returns org_id, name.
-- One look-up an org, so that the marks of a large one are not read.
select o.org_id, o.name
  from isobar.org as o
 where exists (select from isobar.dirty_mark as d where d.org_id = o.org_id)
 order by o.org_id
