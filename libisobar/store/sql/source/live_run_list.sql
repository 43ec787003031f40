-- SPDX-License-Identifier: Apache-2.0
-- The last runs of a live source, newest first.
-- $1 org_id, $2 source_id, $3 most rows.
select run_id, state, started_at, finished_at, n_parts, n_complete, n_records, n_findings, n_new, n_changed, n_closed,
       error
  from isobar.run
 where org_id = $1
   and source_id = $2
 order by run_id desc
 limit $3
