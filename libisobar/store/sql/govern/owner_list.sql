-- SPDX-License-Identifier: Apache-2.0
-- The next owners by name, with their open risks and rules.
-- $1 org_id, $2 name of the one before or null, $3 most rows, $4 the only name that is wanted or null.
with listed as (
    select owner_id, name, kind, contact, email, escalation, actor, valid_from
      from isobar.owner
     where org_id = $1
       and ($2::text is null or name > $2)
       and ($4::text is null or name = $4)
     order by name
     limit $3
), counted as (
    select r.owner_id, count(*) filter (where r.band = 0) as n_low, count(*) filter (where r.band = 1) as n_medium,
           count(*) filter (where r.band = 2) as n_high, count(*) filter (where r.band = 3) as n_critical
      from isobar.risk as r
     where r.org_id = $1
       and r.open
       and r.owner_id in (select owner_id from listed)
     group by r.owner_id
)
select o.owner_id, o.name, o.kind, o.contact, o.email, o.escalation, o.actor, o.valid_from,
       coalesce(c.n_low, 0) as n_low, coalesce(c.n_medium, 0) as n_medium, coalesce(c.n_high, 0) as n_high,
       coalesce(c.n_critical, 0) as n_critical,
       (select count(*)
          from isobar.owner_rule as u
         where u.org_id = $1
           and u.owner_id = o.owner_id) as n_rules
  from listed as o
  left join counted as c
    on c.owner_id = o.owner_id
 order by o.name
