-- SPDX-License-Identifier: Apache-2.0
-- The distributions of times in some weeks: of everything, and of each part.
-- $1 org_id, $2 first week, $3 last week (Mondays), $4 split, as in sla_facts.
-- Returns part (null: of everything), measure, bucket, n.
select part, measure, bucket, n
  from (select null::bigint as part, measure, bucket, sum(n)::bigint as n
          from isobar.sla_duration
         where org_id = $1
           and measure in (0, 1)
           and split = 0
           and part = 0
           and week between $2::date and $3::date
         group by measure, bucket
        union all
        select part, measure, bucket, sum(n)
          from isobar.sla_duration
         where org_id = $1
           and measure in (0, 1)
           and split = $4::integer
           and $4 between 1 and 3
           and week between $2 and $3
         group by part, measure, bucket
        union all
        select week - date '1970-01-01', measure, bucket, n
          from isobar.sla_duration
         where org_id = $1
           and measure in (0, 1)
           and split = 0
           and part = 0
           and $4 = 4
           and week between $2 and $3) as each
 order by part nulls first, measure, bucket
