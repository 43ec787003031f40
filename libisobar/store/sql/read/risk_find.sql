-- SPDX-License-Identifier: Apache-2.0
-- The risks whose id, or a former name of theirs, begins as the caller wrote it; a handful is enough to
-- tell that it was too short.
-- $1 org_id, $2 first uuid, $3 last uuid of the range.
select risk_id
  from isobar.risk
 where org_id = $1
   and risk_id between $2 and $3
union
select risk_id
  from isobar.risk_alias
 where org_id = $1
   and fingerprint between $2 and $3
 limit 6
