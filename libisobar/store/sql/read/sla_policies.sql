-- SPDX-License-Identifier: Apache-2.0
-- The SLA policies of an org in the order in which they are tried.
-- $1 org_id.  Returns policy_id, name, band, provider, environment, tag, owner, framework, window_seconds,
-- warn_percent, warn_points, calendar_id, calendar, kev_cap, start_at, acceptance_max_seconds, enabled,
-- reason, actor, valid_from.
select p.policy_id, p.name, p.band, p.provider, p.environment, p.tag, o.name as owner, p.framework,
       p.window_seconds, p.warn_percent, array_to_string(p.warn_points, ' ') as warn_points, p.calendar_id,
       c.name as calendar, p.kev_cap, p.start_at, p.acceptance_max_seconds, p.enabled, p.reason, p.actor,
       p.valid_from
  from isobar.sla_policy as p
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = p.owner_id
  left join isobar.calendar as c
    on c.org_id = $1
   and c.calendar_id = p.calendar_id
 where p.org_id = $1
 order by p.position, p.policy_id
