-- SPDX-License-Identifier: Apache-2.0
-- How far back questions as of a time reach.
-- $1 org_id.  Returns one row: history_from (null: to the first event).
select history_from
  from isobar.org
 where org_id = $1
