-- SPDX-License-Identifier: Apache-2.0
-- Secrets as another key seals them.
-- $1 org_ids, $2 source_ids, $3 keys, $4 sealed, $5 key_name, $6 now.
update isobar.source_secret as s
   set sealed = n.sealed, key_name = $5, stored_at = $6
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[]) as n (org_id, source_id, key, sealed)
 where s.org_id = n.org_id
   and s.source_id = n.source_id
   and s.key = n.key
