-- SPDX-License-Identifier: Apache-2.0
-- All sealed secrets, locked: another key is about to seal them.
-- no org_id: the key is that of the installation.
select org_id, source_id, key, sealed, key_name
  from isobar.source_secret
 order by org_id, source_id, key
   for update
