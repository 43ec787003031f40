-- SPDX-License-Identifier: Apache-2.0
-- What happened in some weeks: of everything, and of each part.
-- $1 org_id, $2 first week, $3 last week (Mondays), $4 split: 0 none, 1 band, 2 provider, 3 owner, 4 week.
-- Returns part (null: of everything; a week as its number of days since 1970), owner (the name) and the sums.
with fact as (
    select case $4::integer
               when 1 then f.band
               when 2 then f.provider
               when 3 then f.owner_id
               when 4 then f.week - date '1970-01-01'
               else 0
           end as part,
           f.opened, f.reopened, f.resolved, f.met, f.missed, f.breached, f.flapped, f.repeated, f.late,
           f.n_acknowledged, f.acknowledge_ms, f.resolve_ms
      from isobar.sla_fact as f
     where f.org_id = $1
       and f.week between $2::date and $3::date
), summed as (
    select part, sum(opened) as opened, sum(reopened) as reopened, sum(resolved) as resolved,
           sum(met) as met, sum(missed) as missed, sum(breached) as breached, sum(flapped) as flapped,
           sum(repeated) as repeated, sum(late) as late, sum(n_acknowledged) as n_acknowledged,
           sum(acknowledge_ms) as acknowledge_ms, sum(resolve_ms) as resolve_ms
      from fact
     group by grouping sets ((), (part))
    having grouping(part) = 1
        or $4 > 0
)
select s.part, o.name as owner, s.opened, s.reopened, s.resolved, s.met, s.missed, s.breached, s.flapped,
       s.repeated, s.late, s.n_acknowledged, s.acknowledge_ms, s.resolve_ms
  from summed as s
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = s.part
   and $4 = 3
 order by s.part nulls first
