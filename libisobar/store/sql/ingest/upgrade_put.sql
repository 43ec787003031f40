-- SPDX-License-Identifier: Apache-2.0
-- Stores the package upgrades that a file's findings name; each is what its key is made of.
-- $1 org_id.  Reads page_upgrade.
insert into isobar.upgrade (org_id, upgrade_id, ecosystem, package, fixed_version)
select distinct $1::bigint, upgrade_id, ecosystem, package, fixed_version
  from page_upgrade
 order by upgrade_id
on conflict (org_id, upgrade_id) do nothing
