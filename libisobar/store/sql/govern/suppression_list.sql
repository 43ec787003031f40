-- SPDX-License-Identifier: Apache-2.0
-- The next suppression rules by name.
-- $1 org_id, $2 name of the one before or null, $3 most rows, $4 the only name that is wanted or null.
select rule_id, name, filter, mode, starts_at, ends_at, reason, actor, valid_from
  from isobar.suppression_rule
 where org_id = $1
   and ($2::text is null or name > $2)
   and ($4::text is null or name = $4)
 order by name
 limit $3
