-- Records the scopes that a run met.
-- $1 org_id, $2 run_id, $3 bigint[] source ids, $4 bigint[] scope ids, $5 text[] scopes,
-- $6 bigint[] counts, $7 complete, $8 now.
with met as (
    select s.source_id, s.scope_id, s.scope, s.n
      from unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[]) as s (source_id, scope_id, scope, n)
), known as (
    insert into isobar.source_scope (org_id, source_id, scope_id, scope, met_at, run_id)
    select $1, source_id, scope_id, scope, $8, $2
      from met
     order by source_id, scope_id
    on conflict (org_id, source_id, scope_id) do nothing
)
insert into isobar.run_scope as r (org_id, run_id, source_id, scope_id, scope, complete, n_findings)
select $1, $2, source_id, scope_id, scope, $7, n
  from met
 order by source_id, scope_id
on conflict (org_id, run_id, source_id, scope_id) do update
   set n_findings = r.n_findings + excluded.n_findings
