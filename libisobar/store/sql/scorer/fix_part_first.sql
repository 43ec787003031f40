-- SPDX-License-Identifier: Apache-2.0
-- The parts of fixes that have come to many risks and had no parts so far: one pass over all risks.
-- $1 org_id, $2 how many risks are many.  Reads batch_fix and batch_sum.
insert into isobar.fix_part (org_id, fix_id, part, worst, score_sum, n_critical, n_high, n_medium, n_low, band, due_at)
with many as materialized (
    select b.fix_id
      from batch_fix as b
      join batch_sum as t
        on t.fix_id = b.fix_id
     where t.n_critical + t.n_high + t.n_medium + t.n_low >= $2
       and not exists (select
                         from isobar.fix_part as k
                        where k.org_id = $1
                          and k.fix_id = b.fix_id)
), summed as (
    select r.fix_id, get_byte(uuid_send(r.risk_id), 0) >> 2 as part, max(r.score) as worst, sum(r.score) as score_sum,
           count(*) filter (where r.band = 3) as n_critical, count(*) filter (where r.band = 2) as n_high,
           count(*) filter (where r.band = 1) as n_medium, count(*) filter (where r.band = 0) as n_low,
           max(r.band) as band, min(r.due_at) as due_at
      from isobar.risk as r
      join many as m
        on m.fix_id = r.fix_id
     where r.org_id = $1
       and r.open
     group by r.fix_id, get_byte(uuid_send(r.risk_id), 0) >> 2
)
select $1, m.fix_id, n.part, s.worst, coalesce(s.score_sum, 0), coalesce(s.n_critical, 0), coalesce(s.n_high, 0),
       coalesce(s.n_medium, 0), coalesce(s.n_low, 0), s.band, s.due_at
  from many as m
 cross join generate_series(0, 63) as n (part)
  left join summed as s
    on s.fix_id = m.fix_id
   and s.part = n.part
 order by m.fix_id, n.part
