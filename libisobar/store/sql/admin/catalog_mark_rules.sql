-- SPDX-License-Identifier: Apache-2.0
-- Marks the assets with findings of rules whose control is another one since this load, of all orgs.
-- $1 the instant of the load.  Returns n.
with rule_changed as (
    select connector, rule
      from isobar.control_alias
     where valid_from = $1::timestamptz
     union
    select connector, rule
      from isobar.control_alias_version
     where valid_to = $1::timestamptz
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct f.org_id, f.asset_id, 0::bigint
      from rule_changed as c
      join isobar.finding as f using (connector, rule)
 returning 1
)
select count(*) as n
  from marked;
