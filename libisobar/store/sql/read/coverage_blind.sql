-- SPDX-License-Identifier: Apache-2.0
-- The next blind spots: scopes that are not complete, or were not for long; the longest first.  Files that
-- nobody ever said to be complete have none.  What a live source knows of a scope is one row, however many
-- connectors speak there.
-- $1 org_id, $2 scopes not complete since then are blind spots, $3 the only source's name or null,
-- $4 state or null, $5 since when, $6 source_id and $7 scope_id of the one before ($5 null: none), $8 most rows.
with spots as (
    select source_id, scope_id, scope, title, state, reason, met_at, complete_at, n_live,
           coalesce(complete_at, met_at) as since
      from isobar.source_scope
     where org_id = $1
)
select p.source_id, p.scope_id, s.name, s.connector, s.enabled, p.scope, p.title, p.state, p.reason, p.met_at,
       p.complete_at, p.since, p.n_live
  from spots as p
  join isobar.source as s
    on s.org_id = $1
   and s.source_id = p.source_id
 where (p.state > 1 or (p.since < $2 and (s.kind = 1 or p.complete_at is not null)))
   and (s.kind = 1 or not exists (select
                                    from isobar.source as v
                                   where v.org_id = $1
                                     and v.name = s.name
                                     and v.kind = 1))
   and ($3::text is null or s.name = $3)
   and ($4::smallint is null or p.state = $4)
   and ($5::timestamptz is null or (p.since, p.source_id, p.scope_id) > ($5, $6::bigint, $7::bigint))
 order by p.since, p.source_id, p.scope_id
 limit $8
