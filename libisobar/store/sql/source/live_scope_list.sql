-- SPDX-License-Identifier: Apache-2.0
-- Scopes by source and scope, all or only some of them: of live sources, and of files those that were ever said to
-- be complete.  What the listings of a source and the findings of its connectors know of one scope is one row: the
-- worst state, the last proof.  A source that was removed has none.
-- $1 org_id, $2 name of the source or null for all, $3 only what is blind: not complete, or not proved since then;
-- or null, $4 and $5 name and scope of the one before or null, $6 most rows.
with feed as (
    select name, bool_or(kind = 1 and settings is not null) as is_live, bool_or(kind = 1 and settings is null) as is_gone
      from isobar.source
     where org_id = $1
       and ($2::text is null or name = $2)
     group by name
), known as (
    select f.name, c.scope, max(c.title) as title, max(c.state) as state,
           (array_agg(c.reason order by c.state desc, c.scope_id))[1] as reason, min(c.met_at) as met_at,
           max(c.complete_at) as complete_at, coalesce(sum(c.n_live) filter (where s.kind = 0), max(c.n_live))::bigint as n_live,
           coalesce(sum(c.n_absent) filter (where s.kind = 0), max(c.n_absent))::bigint as n_absent
      from feed as f
      join isobar.source as s
        on s.org_id = $1
       and s.name = f.name
      join isobar.source_scope as c
        on c.org_id = s.org_id
       and c.source_id = s.source_id
     where (f.is_live or (not f.is_gone and (c.state > 0 or c.complete_at is not null)))
       and ($4::text is null or (f.name, c.scope) > ($4, $5::text))
     group by f.name, c.scope
)
select name, scope, title, state, reason, met_at, complete_at, n_live, n_absent
  from known
 where ($3::timestamptz is null or state >= 2 or coalesce(complete_at, met_at) < $3)
 order by name, scope
 limit $6
