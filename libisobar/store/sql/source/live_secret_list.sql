-- SPDX-License-Identifier: Apache-2.0
-- The sealed secrets of a source.
-- $1 org_id, $2 source_id.
select key, sealed, key_name
  from isobar.source_secret
 where org_id = $1
   and source_id = $2
 order by key
