-- SPDX-License-Identifier: Apache-2.0
-- Risks that time alone has changed and of which no event was written yet.
-- $1 org_id, $2 now, $3 most.  Returns ids (uuid[]; empty: none).
select coalesce(array_agg(risk_id order by risk_id), '{}') as ids, count(*) as n
  from (select risk_id
          from ((select risk_id
                   from isobar.risk
                  where org_id = $1
                    and next_crossing_at <= $2::timestamptz
                  order by next_crossing_at
                  limit $3)
                union
                (select risk_id
                   from isobar.risk
                  where org_id = $1
                    and warn_at <= $2
                  order by warn_at
                  limit $3)) as passed
         limit $3) as risks
