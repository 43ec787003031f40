-- SPDX-License-Identifier: Apache-2.0
-- Writes down a question, unless one of the org is not answered yet.
-- $1 org_id, $2 what_if_id, $3 kind, $4 body, $5 movers, $6 principal, $7 now.  No row: another one is before it.
insert into isobar.what_if (org_id, what_if_id, kind, body, movers, principal, asked_at)
values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (org_id) where state < 2 do nothing
returning what_if_id
