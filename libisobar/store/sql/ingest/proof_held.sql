-- The scopes of a source that wait for a confirmation, with what it would close.
-- $1 org_id, $2 name of the source, $3 scope or null: all.
-- Returns source_id, scope_id, scope, run_id, n_live, n_absent, lock_name, live (of the source itself),
-- misses.
select c.source_id, c.scope_id, c.scope, c.run_id, c.n_live, c.n_absent, s.connector as lock_name,
       s.kind = 1 as live, s.misses
  from isobar.source as s
  join isobar.source_scope as c
    on c.org_id = s.org_id
   and c.source_id = s.source_id
 where s.org_id = $1
   and s.name = $2
   and c.state = 6
   and ($3::text is null or c.scope = $3 or starts_with(c.scope, $3 || '/'))
 order by c.scope_id
