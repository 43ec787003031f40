-- SPDX-License-Identifier: Apache-2.0
-- The next orgs by number.
-- $1 org_id of the one before, 0 at first, $2 most rows.
select org_id, name, created_at
  from isobar.org
 where org_id > $1
 order by org_id
 limit $2
