-- SPDX-License-Identifier: Apache-2.0
-- How many risks there are in each state and band, how many are overdue and due soon, as it stands at $2
-- whatever the sweeper did.  Counters and index entries are read, no risk but those whose crossing is past
-- and not written.
-- $1 org_id, $2 now.  Returns band, what (a state, or 7 breached, 8 due soon), n.
select band, what, sum(n)::bigint as n
  from (select band, state::integer as what, n
          from isobar.queue_count
         where org_id = $1
        union all
        select band, 7, count(*)
          from isobar.risk
         where org_id = $1
           and open
           and due_at is not null
           and due_at < $2::timestamptz
         group by band
        union all
        select b.band::smallint, 8, s.n
          from generate_series(0, 3) as b (band)
         cross join lateral (select count(*) as n
                               from isobar.risk
                              where org_id = $1
                                and open
                                and rank >= (b.band * 4 + 1) * 1024
                                and rank < (b.band * 4 + 2) * 1024) as s
        union all
        select band, 8,
               count(*) filter (where (due_at >= $2) is not false) - count(*) filter (where rank / 1024 % 4 = 1)
          from isobar.risk
         where org_id = $1
           and open
           and next_crossing_at <= $2
         group by band
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
