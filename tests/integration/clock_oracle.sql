-- SPDX-License-Identifier: Apache-2.0
-- The clock of a risk at an instant, by the rules of docs/sla.md and by nothing else: ranges of running
-- working time, made by `at time zone` from the hours of calendars.  Slow, and written to be read.
-- $1 case_no, $2 instant.  Reads clock_case, clock_policy, clock_segment and clock_hours (of UTC, by calendar).
-- Returns state, due_at, the level of the window (a band, or 9: the KEV cap) and soon_at.
with it as (
    select case_no, kev_allowance, first_seen
      from clock_case
     where case_no = $1
), holding as ( -- a segment gives way to a later one that begins then or before
    select s.no, s.from_at, s.mode, s.band
      from clock_segment as s
     where s.case_no = $1
       and not exists (select 1
                         from clock_segment as l
                        where l.case_no = $1
                          and l.no > s.no
                          and l.from_at <= s.from_at)
), ledger as (
    select h.no, row_number() over (order by h.no) as i, h.from_at, h.mode, h.band,
           coalesce(lead(h.from_at) over (order by h.no), 'infinity') as to_at,
           (select max(a.due_at) -- what was approved by it, or by what it is in place of
              from clock_segment as a
             where a.case_no = $1
               and a.no <= h.no
               and a.no > coalesce((select max(g.no) from holding as g where g.no < h.no), -1)) as approved
      from holding as h
), now_at as (
    select greatest($2::timestamptz, (select min(from_at) from ledger)) as at
), current as (
    select l.i, l.mode, l.band
      from ledger as l
      join now_at as n
        on l.from_at <= n.at
       and n.at < l.to_at
), gaps as ( -- gone for more than a day between two times of being there
    select p.i as after_i
      from ledger as p
     where p.mode <> 2
       and p.i <= (select i from current)
       and exists (select 1
                     from ledger as q
                    where q.i < p.i
                      and q.mode = 2
                      and not exists (select 1
                                        from ledger as b
                                       where b.i > q.i
                                         and b.i < p.i
                                         and b.mode <> 2)
                      and p.from_at - q.from_at > interval '24 hours')
), windows as (
    select p.band as level, p.band as stretch_band, p.length, p.calendar, p.warn, p.source
      from clock_policy as p
     where p.case_no = $1
       and p.band <= (select band from current)
       and p.length > interval '0'
     union all
    select 9, 0, it.kev_allowance, null, p.warn, p.source
      from it
      join clock_policy as p
        on p.case_no = $1
       and p.band = (select band from current)
     where p.kev_cap
       and it.kev_allowance > interval '0'
), broken as ( -- the last segment before which the stretch of a window cannot reach
    select w.level, greatest(
           coalesce((select max(l.i) + 1
                       from ledger as l
                      where l.i <= (select i from current)
                        and l.mode <> 2
                        and l.band < w.stretch_band), 1),
           coalesce((select max(g.after_i) from gaps as g), 1)) as i
      from windows as w
), starts as (
    select w.level, w.length, w.calendar, w.warn, w.source,
           coalesce((select min(l.i)
                       from ledger as l
                      where l.i >= b.i
                        and l.i <= (select i from current)
                        and l.mode <> 2), (select i from current)) as i
      from windows as w
      join broken as b
        on b.level = w.level
), counted as (
    select s.level, s.length, s.calendar, s.warn, s.i,
           case when s.source and s.i = 1 then least(l.from_at, it.first_seen) else l.from_at end as from_at,
           (select max(a.approved)
              from ledger as a
             where a.i > s.i
               and a.i <= (select i from current)) as approved
      from starts as s
      join ledger as l
        on l.i = s.i
     cross join it
), runs as ( -- where it runs from the start of the stretch; the last segment runs on
    select c.level, c.calendar, case when l.i = c.i then c.from_at else l.from_at end as from_at, l.to_at
      from counted as c
      join ledger as l
        on l.i >= c.i
       and (l.mode = 0 or l.to_at = 'infinity')
), pieces as ( -- running time that counts
    select r.level, greatest(r.from_at, coalesce(h.from_at, r.from_at)) as from_at,
           least(r.to_at, coalesce(h.to_at, r.to_at), '2040-01-01') as to_at, r.to_at as run_to
      from runs as r
      left join clock_hours as h
        on h.calendar = r.calendar
       and h.from_at < r.to_at
       and h.to_at > r.from_at
     where r.calendar is null
        or h.calendar is not null
), summed as (
    select level, from_at, to_at, run_to,
           sum(to_at - from_at) over (partition by level order by from_at) - (to_at - from_at) as before
      from pieces
     where to_at > from_at
), amounts as (
    select level, -1 as percent, length as amount from counted
     union all
    select level, warn, length * warn / 100.0 from counted
), reached as ( -- the first running instant with so much used
    select level, percent, min(at) as at
      from (select a.level, a.percent, s.from_at + (a.amount - s.before) as at
              from amounts as a
              join summed as s
                on s.level = a.level
               and s.before < a.amount
               and (s.before + (s.to_at - s.from_at) > a.amount
                    or (s.before + (s.to_at - s.from_at) = a.amount and s.to_at < s.run_to))
             union all -- used up just when a pause began: once it runs again
            select a.level, a.percent, r.from_at
              from amounts as a
              join runs as r
                on r.level = a.level
             where a.amount <= (select sum(s.to_at - s.from_at)
                                  from summed as s
                                 where s.level = a.level
                                   and s.to_at <= r.from_at)) as instants
     group by level, percent
), due as (
    select c.level, r.at as used_up, greatest(r.at, c.approved) as due_at, c.from_at, c.calendar, c.warn,
           c.approved > r.at as by_approval
      from counted as c
      join reached as r
        on r.level = c.level
       and r.percent = -1
), chosen as (
    select level, used_up, due_at, from_at, calendar, warn, by_approval
      from due
     order by due_at, case level when 9 then -1 else level end desc
     limit 1
), resting as ( -- where the pause or the stop begins that the ledger ends with
    select min(l.from_at) as from_at
      from ledger as l
     where not exists (select 1 from ledger as r where r.i >= l.i and r.mode = 0)
), span_pieces as ( -- working time from the start to an approved due time, whatever is paused
    select greatest(d.from_at, coalesce(h.from_at, d.from_at)) as from_at,
           least(d.due_at, coalesce(h.to_at, d.due_at)) as to_at
      from chosen as d
      left join clock_hours as h
        on h.calendar = d.calendar
       and h.from_at < d.due_at
       and h.to_at > d.from_at
     where d.by_approval
       and (d.calendar is null or h.calendar is not null)
), span_summed as (
    select from_at, to_at, sum(to_at - from_at) over (order by from_at) - (to_at - from_at) as before,
           sum(to_at - from_at) over () as total
      from span_pieces
), soon as (
    select coalesce(
           (select min(s.from_at + (s.total * d.warn / 100.0 - s.before))
              from span_summed as s
             where s.before + (s.to_at - s.from_at) >= s.total * d.warn / 100.0),
           (select r.at from reached as r where r.level = d.level and r.percent = d.warn)) as at
      from chosen as d
)
select case
       when not exists (select 1 from chosen) then 'none'
       when c.mode = 1 then 'paused'
       when c.mode = 2 then case when d.due_at < (select min(l.from_at)
                                                    from ledger as l
                                                   where l.i <= c.i
                                                     and not exists (select 1
                                                                       from ledger as r
                                                                      where r.i between l.i and c.i
                                                                        and r.mode <> 2))
                                 then 'missed' else 'met' end
       when n.at > d.due_at then 'breached'
       when n.at >= (select at from soon) then 'due_soon'
       else 'ok' end as state,
       case when (select mode from ledger order by i desc limit 1) = 1
             and d.used_up >= (select from_at from resting) then null
            else d.due_at end as due_at,
       d.level,
       (select at from soon) as soon_at
  from current as c
 cross join now_at as n
  left join chosen as d
    on true
