-- SPDX-License-Identifier: Apache-2.0
-- A key other than this one that seals secrets: one is meant to seal those of all orgs.
-- $1 key_name, or empty for any.
-- no org_id: the key is that of the installation.
select key_name
  from isobar.source_secret
 where key_name <> $1
 order by key_name
 limit 1
