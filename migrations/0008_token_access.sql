-- SPDX-License-Identifier: Apache-2.0
-- Tokens are looked up before the org is known, so their table is shared and had no row security: the
-- api could write tokens for any org.  It reads all of them still, but writes those of its org only, and of
-- a token that is there only when it was used and that it is revoked.

alter table isobar.api_token enable row level security;

create policy api_token_api_find on isobar.api_token for select to isobar_api
    using (true);
create policy api_token_api_add on isobar.api_token for insert to isobar_api
    with check (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy api_token_api_change on isobar.api_token for update to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy api_token_programs on isobar.api_token to isobar_operator
    using (true);

revoke update on isobar.api_token from isobar_api;
grant update (used_at, revoked_at) on isobar.api_token to isobar_api;
