-- SPDX-License-Identifier: Apache-2.0
-- The principal of a name, made if it is new, and locked to the end of the transaction: who gives it
-- tokens and roles at the same time waits.
-- $1 org_id, $2 principal_id of a new one, $3 kind of a new one, $4 name, $5 created_at of a new one.
-- Returns principal_id, kind, enabled, signs_in (it has another way in than tokens).
insert into isobar.principal (org_id, principal_id, kind, name, created_at)
values ($1, $2, $3, $4, $5)
on conflict (org_id, name) do update
   set name = excluded.name
returning principal_id, kind, enabled, subject <> '' as signs_in
