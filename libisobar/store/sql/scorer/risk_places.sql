-- What some risks are about.
-- $1 org_id, $2 uuid[] risks.  Returns risk_id, subject, location, heir_is_fresh (a change of identity has given it
-- another name, and it was not scored since).
select r.risk_id, r.subject, r.location,
       exists (select
                 from isobar.risk_heir as h
                where h.org_id = $1
                  and h.risk_id = r.risk_id
                  and not h.is_origin
                  and h.valid_from > e.computed_at) as heir_is_fresh
  from isobar.risk as r
  left join isobar.risk_explanation as e
    on e.org_id = $1
   and e.risk_id = r.risk_id
 where r.org_id = $1
   and r.risk_id = any ($2::uuid[])
