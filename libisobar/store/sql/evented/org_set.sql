-- SPDX-License-Identifier: Apache-2.0
-- Names the org whose rows the transaction may see; ends with it (migrations/0006_row_security.sql).
-- $1 org_id, as text
select set_config('app.org_id', $1, true)
