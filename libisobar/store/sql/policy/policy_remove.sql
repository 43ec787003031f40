-- SPDX-License-Identifier: Apache-2.0
-- Removes a policy and keeps the former row.
-- $1 org_id, $2 name, $3 now.  Returns n.
with gone as (
    delete from isobar.sla_policy
     where org_id = $1
       and name = $2
 returning policy_id, position, name, band, provider, environment, tag, owner_id, framework, window_seconds,
           warn_percent, warn_points, calendar_id, kev_cap, start_at, acceptance_max_seconds, enabled, reason,
           actor, valid_from
), former as (
    insert into isobar.sla_policy_version (org_id, policy_id, position, name, band, provider, environment, tag,
                owner_id, framework, window_seconds, warn_percent, warn_points, calendar_id, kev_cap, start_at,
                acceptance_max_seconds, enabled, reason, actor, valid_from, valid_to)
    select $1, policy_id, position, name, band, provider, environment, tag, owner_id, framework, window_seconds,
           warn_percent, warn_points, calendar_id, kev_cap, start_at, acceptance_max_seconds, enabled, reason,
           actor, valid_from, $3
      from gone
     where valid_from < $3
    on conflict (org_id, policy_id, valid_from) do nothing
)
select count(*) as n
  from gone
