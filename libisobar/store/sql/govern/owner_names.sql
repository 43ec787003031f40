-- SPDX-License-Identifier: Apache-2.0
-- Which of these names are owners.
-- $1 org_id, $2 text[] names.  Returns name, owner_id.
select name, owner_id
  from isobar.owner
 where org_id = $1
   and name = any ($2::text[])
