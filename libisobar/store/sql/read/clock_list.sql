-- SPDX-License-Identifier: Apache-2.0
-- The SLA ledgers of some risks.
-- $1 org_id, $2 uuid[] risks.  By risk and segment.
select risk_id, from_at, mode, band, reason, actor
  from isobar.sla_segment
 where org_id = $1
   and risk_id = any ($2::uuid[])
 order by risk_id, segment_no
