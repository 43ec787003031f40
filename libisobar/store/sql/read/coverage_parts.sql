-- SPDX-License-Identifier: Apache-2.0
-- The next parts of a run.
-- $1 org_id, $2 run_id, $3 part_no of the one before or null, $4 state or null, $5 most rows.
select part_no, name, kind, title, to_json(scopes) as scopes, state, n_pages, n_records, n_closed, error, updated_at
  from isobar.run_part
 where org_id = $1
   and run_id = $2
   and ($3::integer is null or part_no > $3)
   and ($4::smallint is null or state = $4)
 order by part_no
 limit $5
