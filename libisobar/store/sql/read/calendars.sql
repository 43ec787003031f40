-- SPDX-License-Identifier: Apache-2.0
-- The calendars of an org by name.
-- $1 org_id.  Returns calendar_id, name, time_zone, hours, holidays, actor, valid_from, policies (how many
-- count by it).
select c.calendar_id, c.name, c.time_zone, c.hours::text as hours, c.holidays, c.actor, c.valid_from,
       (select count(*)
          from isobar.sla_policy as p
         where p.org_id = $1
           and p.calendar_id = c.calendar_id) as policies
  from isobar.calendar as c
 where c.org_id = $1
 order by c.name collate "C"
