-- SPDX-License-Identifier: Apache-2.0
-- The next scopes of a source, by their text.
-- $1 org_id, $2 source_id, $3 state or null, $4 scope of the one before or null, $5 most rows.
select scope, title, state, reason, met_at, complete_at, complete_run_id, run_id, n_live, n_absent
  from isobar.source_scope
 where org_id = $1
   and source_id = $2
   and ($3::smallint is null or state = $3)
   and ($4::text is null or scope > $4)
 order by scope, scope_id
 limit $5
