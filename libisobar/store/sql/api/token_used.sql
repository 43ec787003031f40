-- SPDX-License-Identifier: Apache-2.0
-- Notes that a token was used, once an hour at most.
-- $1 org_id, $2 token_id, $3 now.  Row security wants app.org_id.
update isobar.api_token
   set used_at = $3
 where org_id = $1
   and token_id = $2
   and (used_at is null or used_at < $3::timestamptz - interval '1 hour')
