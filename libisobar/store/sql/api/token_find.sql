-- SPDX-License-Identifier: Apache-2.0
-- The token of an id, whose org is not known before.
-- $1 token_id.  Returns no row, or org_id, org_name, principal_id, token_hash, expires_at, revoked_at.
select t.org_id, o.name as org_name, t.principal_id, t.token_hash, t.expires_at, t.revoked_at
  from isobar.api_token as t
  join isobar.org as o
    on o.org_id = t.org_id
 where t.token_id = $1
