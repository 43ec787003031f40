-- SPDX-License-Identifier: Apache-2.0
-- A question and its answer.
-- $1 org_id, $2 what_if_id.
select what_if_id, kind, state, asked_at, finished_at, report, error
  from isobar.what_if
 where org_id = $1
   and what_if_id = $2
