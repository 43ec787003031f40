-- SPDX-License-Identifier: Apache-2.0
-- What the open risks of a few fixes come to: each looks its own up.
-- $1 org_id.  Reads batch_fix, fills batch_sum; a fix without open risks has no row there.
insert into batch_sum (fix_id, worst, score_sum, n_critical, n_high, n_medium, n_low, band, due_at)
select r.fix_id, max(r.score), sum(r.score),
       count(*) filter (where r.band = 3), count(*) filter (where r.band = 2),
       count(*) filter (where r.band = 1), count(*) filter (where r.band = 0),
       max(r.band), min(r.due_at)
  from batch_fix as b
 cross join lateral (select fix_id, score, band, due_at
                       from isobar.risk
                      where org_id = $1
                        and fix_id = b.fix_id
                        and fix_id is not null
                        and open
                     offset 0) as r
 group by r.fix_id
