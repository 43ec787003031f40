-- SPDX-License-Identifier: Apache-2.0
-- A new token.
-- $1 token_id, $2 org_id, $3 principal_id, $4 token_hash, $5 name, $6 created_at, $7 expires_at or null.
-- Tells the apis, which may remember that there was none.
with added as (
    insert into isobar.api_token (token_id, org_id, principal_id, token_hash, name, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    returning token_id
)
select pg_notify('isobar_token', token_id)
  from added
