-- The scopes of findings that a part proves: those of its source, under the names given and below them.
-- $1 org_id, $2 name of the source, $3 text[] scopes.
-- Returns source_id, scope_id, scope, named (index of $3 from 1), lock_name (the connector).
select c.source_id, c.scope_id, c.scope, n.named, s.connector as lock_name
  from isobar.source as s
  join isobar.source_scope as c
    on c.org_id = s.org_id
   and c.source_id = s.source_id
  join unnest($3::text[]) with ordinality as n (scope, named)
    on c.scope = n.scope
    or starts_with(c.scope, n.scope || '/')
 where s.org_id = $1
   and s.name = $2
   and s.kind = 0
 order by c.scope_id
