-- SPDX-License-Identifier: Apache-2.0
-- Scopes of live sources by source and scope, all or only some of them.  What the listings of a source and the
-- findings of its connectors know of one scope is one row: the worst state, the last proof.
-- $1 org_id, $2 name of the source or null for all, $3 state or null for any, $4 only what is blind: not complete,
-- or not proved since then; or null, $5 and $6 name and scope of the one before or null, $7 most rows.
select k.name, k.scope, k.title, k.state, k.reason, k.met_at, k.complete_at, k.n_live, k.n_absent
  from (
        select s.name, c.scope, max(c.title) as title, max(c.state) as state,
               (array_agg(c.reason order by c.state desc, c.scope_id))[1] as reason, min(c.met_at) as met_at,
               max(c.complete_at) as complete_at, sum(c.n_live)::bigint as n_live, sum(c.n_absent)::bigint as n_absent
          from isobar.source as s
          join isobar.source as b
            on b.org_id = s.org_id
           and b.name = s.name
          join isobar.source_scope as c
            on c.org_id = b.org_id
           and c.source_id = b.source_id
         where s.org_id = $1
           and s.kind = 1
           and s.settings is not null
           and ($2::text is null or s.name = $2)
           and ($5::text is null or (s.name, c.scope) > ($5, $6::text))
         group by s.name, c.scope
       ) as k
 where ($3::smallint is null or k.state = $3)
   and ($4::timestamptz is null or k.state >= 2 or coalesce(k.complete_at, k.met_at) < $4)
 order by k.name, k.scope
 limit $7
