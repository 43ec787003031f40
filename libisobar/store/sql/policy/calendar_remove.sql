-- SPDX-License-Identifier: Apache-2.0
-- Removes a calendar that no policy counts by, and keeps the former row.
-- $1 org_id, $2 calendar_id, $3 now.  Returns known, and policy: one that counts by it, or null.
with used as (
    select (select count(*)
              from isobar.calendar
             where org_id = $1
               and calendar_id = $2) as known,
           (select min(name collate "C")
              from isobar.sla_policy
             where org_id = $1
               and calendar_id = $2) as policy
), gone as (
    delete from isobar.calendar
     where org_id = $1
       and calendar_id = $2
       and (select policy from used) is null
 returning name, time_zone, hours, holidays, actor, valid_from
), former as (
    insert into isobar.calendar_version (org_id, calendar_id, name, time_zone, hours, holidays, actor, valid_from,
                                         valid_to)
    select $1, $2, name, time_zone, hours, holidays, actor, valid_from, $3
      from gone
     where valid_from < $3
    on conflict (org_id, calendar_id, valid_from) do nothing
)
select known, policy
  from used
