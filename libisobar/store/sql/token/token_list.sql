-- SPDX-License-Identifier: Apache-2.0
-- The next tokens of an org, oldest first, each with what its principal may do.
-- $1 org_id, $2 and $3 created_at and token_id of the token before, or null, $4 most rows.
-- Returns roles (bit n for role n, in whatever scope), n_scopes, and scope, which is the only one where
-- n_scopes is 1.
select t.token_id, coalesce(p.name, t.name) as name, coalesce(p.kind, 1) as kind,
       coalesce(p.enabled, false) as enabled, t.created_at, t.expires_at, t.revoked_at, t.used_at,
       coalesce(g.roles, 0) as roles, coalesce(g.n_scopes, 0) as n_scopes, coalesce(g.scope, '') as scope
  from isobar.api_token as t
  left join isobar.principal as p
    on p.org_id = t.org_id
   and p.principal_id = t.principal_id
  left join lateral (
           select bit_or(1 << role) as roles, count(distinct scope) as n_scopes, min(scope) as scope
             from isobar.role_grant
            where org_id = t.org_id
              and principal_id = t.principal_id) as g
    on true
 where t.org_id = $1
   and ($2::timestamptz is null or (t.created_at, t.token_id) > ($2, $3::text))
 order by t.created_at, t.token_id
 limit $4
