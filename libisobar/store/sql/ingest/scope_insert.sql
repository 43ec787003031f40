-- Records the scopes that a run met.
-- $1 org_id, $2 run_id, $3 bigint[] source ids, $4 bigint[] scope ids, $5 text[] scopes,
-- $6 bigint[] counts, $7 complete.
insert into isobar.run_scope (org_id, run_id, source_id, scope_id, scope, complete, n_findings)
select $1, $2, s.source_id, s.scope_id, s.scope, $7, s.n
  from unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[]) as s (source_id, scope_id, scope, n)
on conflict (org_id, run_id, source_id, scope_id) do nothing
