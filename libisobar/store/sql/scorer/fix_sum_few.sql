-- SPDX-License-Identifier: Apache-2.0
-- What the open risks of a few fixes come to: each looks its own up, or its parts, where these are kept.
-- $1 org_id.  Reads batch_fix, fills batch_sum; a fix without open risks has no row there.
with marked as (
    select b.fix_id, exists (select
                               from isobar.fix_part as k
                              where k.org_id = $1
                                and k.fix_id = b.fix_id) as parted
      from batch_fix as b
    offset 0
)
insert into batch_sum (fix_id, worst, score_sum, n_critical, n_high, n_medium, n_low, band, due_at)
select r.fix_id, max(r.score), sum(r.score),
       count(*) filter (where r.band = 3), count(*) filter (where r.band = 2),
       count(*) filter (where r.band = 1), count(*) filter (where r.band = 0),
       max(r.band), min(r.due_at)
  from marked as m
 cross join lateral (select fix_id, score, band, due_at
                       from isobar.risk
                      where org_id = $1
                        and fix_id = m.fix_id
                        and fix_id is not null
                        and open
                     offset 0) as r
 where not m.parted
 group by r.fix_id
 union all
select p.fix_id, max(p.worst), sum(p.score_sum), sum(p.n_critical), sum(p.n_high), sum(p.n_medium), sum(p.n_low),
       max(p.band), min(p.due_at)
  from marked as m
 cross join lateral (select fix_id, worst, score_sum, n_critical, n_high, n_medium, n_low, band, due_at
                       from isobar.fix_part
                      where org_id = $1
                        and fix_id = m.fix_id
                        and worst is not null
                     offset 0) as p
 where m.parted
 group by p.fix_id
