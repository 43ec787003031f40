-- SPDX-License-Identifier: Apache-2.0
-- The next risks that have somebody to act until a date, or will.
-- $1 org_id, $2 the last risk_id of the page before, $3 most.  Returns ids (uuid[]), last, n.
select array_agg(risk_id order by risk_id) as ids, (array_agg(risk_id order by risk_id desc))[1] as last,
       count(*) as n
  from (select risk_id
          from isobar.risk
         where org_id = $1
           and risk_id > $2
           and (open or reopens_at is not null)
         order by risk_id
         limit $3) as page
