-- SPDX-License-Identifier: Apache-2.0
-- The suppression rules that mute and hold now, for scoring.
-- $1 org_id, $2 now.
select rule_id, name, filter, mode, starts_at, ends_at, reason, actor
  from isobar.suppression_rule
 where org_id = $1
   and mode = 1
   and starts_at <= $2
   and (ends_at is null or ends_at > $2)
 order by name
