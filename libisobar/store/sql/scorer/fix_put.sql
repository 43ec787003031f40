-- SPDX-License-Identifier: Apache-2.0
-- Writes what fixes came to; one that closes nothing any more is not open.  g is score_group() of
-- scorer/score.c: led by the greatest score, raised by the sum of the others.
-- $1 org_id, $2 now.  Reads batch_fix and batch_sum.
insert into isobar.fix as f (org_id, fix_id, kind, upgrade_id, asset_id, provider, account, subject, g, band,
                             n_risks, n_critical, n_high, n_medium, n_low, score_sum, due_at, open, updated_at)
select $1, b.fix_id, greatest(b.kind, 0), b.upgrade_id, b.asset_id, b.provider, b.account, b.subject,
       coalesce(s.worst + (1000 - s.worst) * least(250, (s.score_sum - s.worst) / 20) / 1000, 0),
       coalesce(s.band, 0), coalesce(s.n_critical + s.n_high + s.n_medium + s.n_low, 0),
       coalesce(s.n_critical, 0), coalesce(s.n_high, 0), coalesce(s.n_medium, 0), coalesce(s.n_low, 0),
       coalesce(s.score_sum, 0), s.due_at, s.fix_id is not null, $2
  from batch_fix as b
  left join batch_sum as s
    on s.fix_id = b.fix_id
 where (s.fix_id is not null and b.kind >= 0)
    or exists (select
                 from isobar.fix as o
                where o.org_id = $1
                  and o.fix_id = b.fix_id)
 order by b.fix_id
on conflict (org_id, fix_id) do update
   set g = excluded.g, band = excluded.band, n_risks = excluded.n_risks, n_critical = excluded.n_critical,
       n_high = excluded.n_high, n_medium = excluded.n_medium, n_low = excluded.n_low,
       score_sum = excluded.score_sum, due_at = excluded.due_at, open = excluded.open,
       updated_at = excluded.updated_at
 where (f.g, f.band, f.n_risks, f.n_critical, f.n_high, f.n_medium, f.n_low, f.score_sum, f.due_at, f.open)
       is distinct from (excluded.g, excluded.band, excluded.n_risks, excluded.n_critical, excluded.n_high,
                         excluded.n_medium, excluded.n_low, excluded.score_sum, excluded.due_at, excluded.open)
