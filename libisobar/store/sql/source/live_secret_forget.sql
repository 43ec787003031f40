-- SPDX-License-Identifier: Apache-2.0
-- Deletes secrets of a source.
-- $1 org_id, $2 source_id, $3 keys.
delete from isobar.source_secret
 where org_id = $1
   and source_id = $2
   and key = any ($3::text[])
