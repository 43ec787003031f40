-- SPDX-License-Identifier: Apache-2.0
-- Marks the fixes of a page's risks, those that they left too, for the refresh: one row, as most fixes
-- are marked once and a row for each would cost as much as the fix itself.
-- $1 org_id.  Reads page_fix.
insert into isobar.fix_mark (org_id, fix_ids, kinds, upgrade_ids, asset_ids, providers, accounts, subjects,
                             parts)
select $1, array_agg(fix_id), array_agg(kind), array_agg(upgrade_id), array_agg(asset_id),
       array_agg(provider), array_agg(account), array_agg(subject),
       array_agg(parts)
  from page_fix
having count(*) > 0
