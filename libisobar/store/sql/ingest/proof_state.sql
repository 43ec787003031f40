-- What is now known of scopes.
-- $1 org_id, $2 run_id, $3 now, $4 bigint[] source ids, $5 bigint[] scope ids, $6 text[] scopes,
-- $7 smallint[] states, $8 text[] reasons, $9 bigint[] live, $10 bigint[] absent, $11 title.
insert into isobar.source_scope as c (org_id, source_id, scope_id, scope, title, state, reason, met_at, run_id,
                                      complete_run_id, complete_at, n_live, n_absent)
select $1, s.source_id, s.scope_id, s.scope, $11, s.state, s.reason, $3, $2,
       case when s.state = 1 then $2::bigint end, case when s.state = 1 then $3::timestamptz end,
       s.n_live, s.n_absent
  from unnest($4::bigint[], $5::bigint[], $6::text[], $7::smallint[], $8::text[], $9::bigint[], $10::bigint[])
       as s (source_id, scope_id, scope, state, reason, n_live, n_absent)
 order by s.source_id, s.scope_id
on conflict (org_id, source_id, scope_id) do update
   set state = excluded.state, reason = excluded.reason, run_id = excluded.run_id,
       title = case when excluded.title = '' then c.title else excluded.title end,
       complete_run_id = coalesce(excluded.complete_run_id, c.complete_run_id),
       complete_at = coalesce(excluded.complete_at, c.complete_at),
       n_live = case when excluded.state in (1, 6) then excluded.n_live else c.n_live end,
       n_absent = case when excluded.state in (1, 6) then excluded.n_absent else c.n_absent end
