-- What some risks are about.
-- $1 org_id, $2 uuid[] risks.  Returns risk_id, subject, location.
select risk_id, subject, location
  from isobar.risk
 where org_id = $1
   and risk_id = any ($2::uuid[])
