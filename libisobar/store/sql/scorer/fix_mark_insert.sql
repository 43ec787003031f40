-- SPDX-License-Identifier: Apache-2.0
-- Marks the fixes of a page's risks, those that they left too, for the refresh.
-- $1 org_id.  Reads page_fix.
insert into isobar.fix_mark (org_id, fix_id, kind, upgrade_id, asset_id, provider, account, subject)
select $1, fix_id, kind, upgrade_id, asset_id, provider, account, subject
  from page_fix
