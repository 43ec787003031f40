-- SPDX-License-Identifier: Apache-2.0
-- Makes or changes a calendar; the former row is kept.
-- $1 org_id, $2 calendar_id, $3 name, $4 time zone, $5 hours as JSON, $6 holidays, $7 now, $8 actor.
-- Returns n: 1 when it is new or changed, and policies, how many count by it.
with change as (
    select $2::bigint as calendar_id
     where not exists (select 1
                         from isobar.calendar
                        where org_id = $1
                          and calendar_id = $2
                          and (time_zone, hours, holidays) = ($4, $5::jsonb, $6))
), former as (
    insert into isobar.calendar_version (org_id, calendar_id, name, time_zone, hours, holidays, actor, valid_from,
                                         valid_to)
    select $1, o.calendar_id, o.name, o.time_zone, o.hours, o.holidays, o.actor, o.valid_from, $7
      from change as c
      join isobar.calendar as o
        on o.org_id = $1
       and o.calendar_id = c.calendar_id
     where o.valid_from < $7
    on conflict (org_id, calendar_id, valid_from) do nothing
), put as (
    insert into isobar.calendar (org_id, calendar_id, name, time_zone, hours, holidays, actor, valid_from)
    select $1, calendar_id, $3, $4, $5::jsonb, $6, $8, $7
      from change
    on conflict (org_id, calendar_id) do update
       set time_zone = excluded.time_zone, hours = excluded.hours, holidays = excluded.holidays,
           actor = excluded.actor, valid_from = excluded.valid_from
)
select (select count(*) from change) as n,
       (select count(*)
          from isobar.sla_policy
         where org_id = $1
           and calendar_id = $2) as policies
