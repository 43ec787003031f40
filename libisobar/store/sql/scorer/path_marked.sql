-- Which orgs have paths to be looked at anew.  Returns org_id, name.
select o.org_id, o.name
  from isobar.org as o
 where exists (select from isobar.path_mark as m where m.org_id = o.org_id)
 order by o.org_id
