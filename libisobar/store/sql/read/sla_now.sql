-- SPDX-License-Identifier: Apache-2.0
-- How many risks there are in each state and band, how many are overdue and due soon, as it stands at $2
-- whatever the sweeper did; the clock of what the provider owes stands still, and its rank says so.  Counters and index entries are read, no risk but those whose crossing is past
-- and not written.
-- $1 org_id, $2 now.  Returns band, what (a state, or 7 breached, 8 due soon), n.
select band, what, sum(n)::bigint as n
  from (select band, state::integer as what, n
          from isobar.queue_count
         where org_id = $1
        union all
        select b.band::smallint, w.what, s.n
          from generate_series(0, 3) as b (band)
         cross join (values (7, 2), (8, 1)) as w (what, slot)
         cross join lateral (select count(*) as n
                               from isobar.risk
                              where org_id = $1
                                and open
                                and rank >= (b.band * 4 + w.slot) * 1024
                                and rank < (b.band * 4 + w.slot + 1) * 1024) as s
        union all
        select c.band, w.what,
               case w.what when 7 then c.overdue else c.soon end
          from (select band,
                       count(*) filter (where due_at < $2) - count(*) filter (where rank / 1024 % 4 = 2) as overdue,
                       count(*) filter (where (due_at < $2) is not true) - count(*) filter (where rank / 1024 % 4 = 1)
                           as soon
                  from isobar.risk
                 where org_id = $1
                   and open
                   and next_crossing_at <= $2::timestamptz
                 group by band) as c
         cross join (values (7), (8)) as w (what)
        union all
        select band, case when due_at < $2 then 7 else 8 end, count(*)
          from isobar.risk
         where org_id = $1
           and state = 3
           and next_crossing_at <= $2
           and reopens_at <= $2
           and responsibility <> 2
           and (due_at < $2 or soon_at <= $2)
         group by 1, 2
        union all
        select r.band, m.what, count(*) * m.sign
          from isobar.risk as r
         cross join (values (0, 1), (3, -1)) as m (what, sign)
         where r.org_id = $1
           and r.state = 3
           and r.next_crossing_at <= $2
           and r.reopens_at <= $2
         group by r.band, m.what, m.sign) as each
 group by band, what
