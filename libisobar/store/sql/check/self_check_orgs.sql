-- SPDX-License-Identifier: Apache-2.0
-- The next orgs by number, to be checked.
-- $1 org_id of the one before, 0 at first.
select name, org_id
  from isobar.org
 where org_id > $1
 order by org_id
 limit 1
