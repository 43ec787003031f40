-- SPDX-License-Identifier: Apache-2.0
-- Takes records out of quarantine: a replay has stored their findings.
-- $1 org_id, $2 uuid[] records, $3 now.
update isobar.quarantine
   set replayed_at = $3
 where org_id = $1
   and record_id = any ($2::uuid[])
   and replayed_at is null
