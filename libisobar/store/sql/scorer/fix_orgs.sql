-- SPDX-License-Identifier: Apache-2.0
-- Which orgs have fixes to count anew.  Returns org_id, name.
-- One look-up an org, as in dirty_orgs.
select o.org_id, o.name
  from isobar.org as o
 where exists (select from isobar.fix_mark as m where m.org_id = o.org_id)
 order by o.org_id
