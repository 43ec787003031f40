-- Held scopes are complete by a person's word.
-- $1 org_id, $2 bigint[] source ids, $3 bigint[] scope ids, $4 now, $5 reason.
update isobar.source_scope as c
   set state = 1, reason = $5, complete_run_id = c.run_id, complete_at = $4, n_live = c.n_live - c.n_absent,
       n_absent = 0
  from unnest($2::bigint[], $3::bigint[]) as w (source_id, scope_id)
 where c.org_id = $1
   and c.source_id = w.source_id
   and c.scope_id = w.scope_id
   and c.state = 6
