-- SPDX-License-Identifier: Apache-2.0
-- Suppression rules that begin or end: whatever they may mute is scored again, once each time.
-- $1 org_id, $2 now.  Returns n, how many assets were marked.
with due as (
    update isobar.suppression_rule
       set mark_at = case when ends_at > $2::timestamptz then ends_at end
     where org_id = $1
       and mark_at <= $2
 returning rule_id
), marks as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, a.asset_id, 0
      from isobar.asset as a
     where a.org_id = $1
       and a.asset_id = a.canonical_id
       and exists (select from due)
 returning asset_id
)
select count(*) as n
  from marks
