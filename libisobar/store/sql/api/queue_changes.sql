-- SPDX-License-Identifier: Apache-2.0
-- Which risks were written behind a place in the changes, in their order; a gap between versions means
-- that some are forgotten.
-- $1 org_id, $2 and $3 version and part of the place, $4 most rows.
select version, part, risk_ids
  from isobar.queue_change
 where org_id = $1
   and (version, part) > ($2, $3)
 order by version, part
 limit $4
