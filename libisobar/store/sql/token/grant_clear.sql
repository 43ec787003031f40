-- SPDX-License-Identifier: Apache-2.0
-- Takes all roles from a principal.
-- $1 org_id, $2 principal_id.
delete from isobar.role_grant
 where org_id = $1
   and principal_id = $2
