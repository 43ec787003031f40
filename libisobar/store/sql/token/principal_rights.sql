-- SPDX-License-Identifier: Apache-2.0
-- What a principal may do, as seen from one scope, and how many tokens would gain or lose by a change.
-- $1 org_id, $2 principal_id, $3 scope, $4 now.
-- Returns roles (bit n for role n in that scope), n_elsewhere (grants in other scopes), n_active (tokens).
select (select coalesce(bit_or(1 << role) filter (where scope = $3), 0)
          from isobar.role_grant
         where org_id = $1
           and principal_id = $2) as roles,
       (select count(*)
          from isobar.role_grant
         where org_id = $1
           and principal_id = $2
           and scope <> $3) as n_elsewhere,
       (select count(*)
          from isobar.api_token
         where org_id = $1
           and principal_id = $2
           and revoked_at is null
           and (expires_at is null or expires_at > $4)) as n_active
