-- SPDX-License-Identifier: Apache-2.0
-- A later due time that was asked for.
-- $1 org_id, $2 extension_id.  Returns no row, or risk_id, due_at, state, reason, requested_by.
select risk_id, due_at, state, reason, requested_by
  from isobar.sla_extension
 where org_id = $1
   and extension_id = $2
