-- SPDX-License-Identifier: Apache-2.0
-- Marks every asset with findings, of all orgs: a category, a model or a duty changed.
-- Returns n.
with marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct org_id, asset_id, 0::bigint
      from isobar.finding
 returning 1
)
select count(*) as n
  from marked;
