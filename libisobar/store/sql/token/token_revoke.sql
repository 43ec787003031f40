-- SPDX-License-Identifier: Apache-2.0
-- Revokes tokens of an org, by id or all of a principal.
-- $1 org_id, $2 array of token_id, $3 name of the principal or null, $4 now.
-- Returns token_id, name, fresh (it was not revoked before) of each that is there, and tells the apis.
with chosen as (
    select t.token_id, coalesce(p.name, t.name) as name
      from isobar.api_token as t
      left join isobar.principal as p
        on p.org_id = t.org_id
       and p.principal_id = t.principal_id
     where t.org_id = $1
       and (t.token_id = any ($2::text[]) or p.name = $3)
), revoked as (
    update isobar.api_token
       set revoked_at = $4
     where org_id = $1
       and token_id in (select token_id from chosen)
       and revoked_at is null
    returning token_id
)
select c.token_id, c.name, r.token_id is not null as fresh, pg_notify('isobar_token', c.token_id) as told
  from chosen as c
  left join revoked as r
    on r.token_id = c.token_id
 order by c.token_id
