-- SPDX-License-Identifier: Apache-2.0
-- The owner of a name.
-- $1 org_id, $2 name.  Returns no row, or owner_id.
select owner_id
  from isobar.owner
 where org_id = $1
   and name = $2
