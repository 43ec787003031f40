-- SPDX-License-Identifier: Apache-2.0
-- What the open risks of many fixes come to: one pass over all risks.
-- $1 org_id.  Reads batch_fix, fills batch_sum as fix_sum_few does.
insert into batch_sum (fix_id, worst, score_sum, n_critical, n_high, n_medium, n_low, band, due_at)
select r.fix_id, max(r.score), sum(r.score),
       count(*) filter (where r.band = 3), count(*) filter (where r.band = 2),
       count(*) filter (where r.band = 1), count(*) filter (where r.band = 0),
       max(r.band), min(r.due_at)
  from isobar.risk as r
  join batch_fix as b
    on b.fix_id = r.fix_id
 where r.org_id = $1
   and r.open
 group by r.fix_id
