-- The org of a name.
-- $1 name.  Returns org_id.
select org_id
  from isobar.org
 where name = $1
