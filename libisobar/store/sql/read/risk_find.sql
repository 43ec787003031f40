-- SPDX-License-Identifier: Apache-2.0
-- The risks whose id, or a former name of theirs, begins as the caller wrote it; a handful is enough to
-- tell that it was too short.  One that was merged away leads to the one that goes on.
-- $1 org_id, $2 first uuid, $3 last uuid of the range.
select r.risk_id
  from isobar.risk as r
 where r.org_id = $1
   and r.risk_id between $2 and $3
   and not exists (select
                     from isobar.risk_alias as l
                    where l.org_id = $1
                      and l.fingerprint = r.risk_id)
union
select risk_id
  from isobar.risk_alias
 where org_id = $1
   and fingerprint between $2 and $3
 limit 6
