-- SPDX-License-Identifier: Apache-2.0
-- Adds the times of a batch to their distributions: of everything, of its band, provider and owner.
-- $1 org_id.  Reads batch_fact.  Buckets as duration_bucket() has them.
insert into isobar.sla_duration as d (org_id, measure, split, part, week, bucket, n)
select $1, m.measure, s.split, s.part, f.week,
       case when m.ms <= 1000
            then 0
            else ceil(ln(m.ms / 1000.0::double precision) / ln(1.02::double precision))
       end as bucket, count(*)
  from batch_fact as f
 cross join lateral (values (0, f.acknowledge_ms), (1, f.resolve_ms)) as m (measure, ms)
 cross join lateral (values (0, 0::bigint), (1, f.band), (2, f.provider), (3, f.owner_id)) as s (split, part)
 where m.ms is not null
 group by 2, 3, 4, 5, 6
on conflict (org_id, measure, split, part, week, bucket) do update
   set n = d.n + excluded.n
