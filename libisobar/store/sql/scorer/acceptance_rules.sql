-- SPDX-License-Identifier: Apache-2.0
-- The approved acceptances of several risks that have not ended, for scoring.
-- $1 org_id, $2 now.
select acceptance_id, filter, fix_id, starts_at, ends_at, approved_by
  from isobar.acceptance
 where org_id = $1
   and state = 1
   and risk_id is null
   and ends_at > $2
 order by acceptance_id
