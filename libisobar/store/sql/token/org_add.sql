-- SPDX-License-Identifier: Apache-2.0
-- A new org under the next number.
-- $1 name, $2 created_at.
-- Returns org_id; no row when the name is taken or another program took the number meanwhile.
insert into isobar.org (org_id, name, created_at)
select coalesce(max(org_id), 0) + 1, $1, $2
  from isobar.org
on conflict do nothing
returning org_id
