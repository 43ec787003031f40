-- SPDX-License-Identifier: Apache-2.0
-- Gives roles to a principal in one scope.
-- $1 org_id, $2 principal_id, $3 roles (bit n for role n), $4 scope, $5 actor, $6 granted_at.
insert into isobar.role_grant (org_id, principal_id, role, scope, actor, granted_at)
select $1, $2, role, $4, $5, $6
  from generate_series(0, 5) as role
 where ($3::integer >> role) & 1 = 1
