-- SPDX-License-Identifier: Apache-2.0
-- What time alone will bring: due times of open risks, and the ends of acceptances.
-- $1 org_id, $2 from, $3 until.  Returns day (days since 1970, UTC), band, breaches, acceptances.
select day, band, sum(breaches)::bigint as breaches, sum(acceptances)::bigint as acceptances
  from (select (due_at at time zone 'UTC')::date - date '1970-01-01' as day, band, count(*) as breaches,
               0 as acceptances
          from isobar.risk
         where org_id = $1
           and open
           and due_at is not null
           and due_at >= $2::timestamptz
           and due_at < $3::timestamptz
         group by 1, 2
        union all
        select (reopens_at at time zone 'UTC')::date - date '1970-01-01', band, 0, count(*)
          from isobar.risk
         where org_id = $1
           and reopens_at is not null
           and reopens_at >= $2
           and reopens_at < $3
         group by 1, 2) as each
 group by day, band
 order by day, band desc
