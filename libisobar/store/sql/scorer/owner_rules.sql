-- SPDX-License-Identifier: Apache-2.0
-- The owner rules of an org, in the order in which they are tried: for scoring.
-- $1 org_id.
select r.rule_id, r.level, r.position, r.pattern, r.owner_id, o.name as owner
  from isobar.owner_rule as r
  join isobar.owner as o
    on o.org_id = r.org_id
   and o.owner_id = r.owner_id
 where r.org_id = $1
 order by r.level, r.position, r.rule_id
