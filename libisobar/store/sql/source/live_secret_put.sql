-- SPDX-License-Identifier: Apache-2.0
-- Stores sealed secrets of a source; those that are not stated stay.
-- $1 org_id, $2 source_id, $3 keys, $4 sealed, $5 key_name, $6 now.
insert into isobar.source_secret (org_id, source_id, key, sealed, key_name, stored_at)
select $1, $2, s.key, s.sealed, $5, $6
  from unnest($3::text[], $4::bytea[]) as s (key, sealed)
on conflict (org_id, source_id, key) do update
   set sealed = excluded.sealed, key_name = excluded.key_name, stored_at = excluded.stored_at
