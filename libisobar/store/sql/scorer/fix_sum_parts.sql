-- SPDX-License-Identifier: Apache-2.0
-- Sums the marked parts of fixes with many risks anew; of a fix that had few so far, all of them.
-- $1 org_id, $2 how many risks are many, $3 false: only of fixes that have parts already.  Reads batch_fix.
insert into isobar.fix_part as p (org_id, fix_id, part, worst, score_sum, n_critical, n_high, n_medium, n_low, band, due_at)
select $1, b.fix_id, b.part, s.worst, coalesce(s.score_sum, 0), s.n_critical, s.n_high, s.n_medium, s.n_low, s.band, s.due_at
  from (select m.fix_id, n.part
          from (select k.fix_id, k.parts, k.kept,
                       not k.kept and case when $3
                                           then coalesce((select n_risks
                                                            from isobar.fix as o
                                                           where o.org_id = $1
                                                             and o.fix_id = k.fix_id), 0) >= $2
                                           else false
                                      end as comes
                  from (select f.fix_id, f.parts,
                               exists (select
                                         from isobar.fix_part as k
                                        where k.org_id = $1
                                          and k.fix_id = f.fix_id) as kept
                          from batch_fix as f
                        offset 0) as k
                offset 0) as m
         cross join generate_series(0, 63) as n (part)
         where (m.kept and (m.parts >> n.part) & 1 = 1)
            or m.comes
        offset 0) as b
 cross join lateral (select max(score) as worst, sum(score) as score_sum,
                            count(*) filter (where band = 3) as n_critical, count(*) filter (where band = 2) as n_high,
                            count(*) filter (where band = 1) as n_medium, count(*) filter (where band = 0) as n_low,
                            max(band) as band, min(due_at) as due_at
                       from isobar.risk
                      where org_id = $1
                        and fix_id = b.fix_id
                        and fix_id is not null
                        and open
                        and risk_id between (lpad(to_hex(b.part * 4), 2, '0') || '000000-0000-0000-0000-000000000000')::uuid
                                        and (lpad(to_hex(b.part * 4 + 3), 2, '0') || 'ffffff-ffff-ffff-ffff-ffffffffffff')::uuid
                     offset 0) as s
 order by b.fix_id, b.part
on conflict (org_id, fix_id, part) do update
   set worst = excluded.worst, score_sum = excluded.score_sum, n_critical = excluded.n_critical,
       n_high = excluded.n_high, n_medium = excluded.n_medium, n_low = excluded.n_low, band = excluded.band,
       due_at = excluded.due_at
 where (p.worst, p.score_sum, p.n_critical, p.n_high, p.n_medium, p.n_low, p.band, p.due_at)
       is distinct from (excluded.worst, excluded.score_sum, excluded.n_critical, excluded.n_high,
                         excluded.n_medium, excluded.n_low, excluded.band, excluded.due_at)
