-- SPDX-License-Identifier: Apache-2.0
-- The next sources by name, with their last run and how their scopes stand.
-- $1 org_id, $2 name of the one before or null, $3 its connector, $4 most rows, $5 the only name that is
-- wanted or null, $6 the only connector or null, $7 scopes not complete since then are blind spots.
-- The connectors that a live source feeds stand under its name too; they are no sources of their own.
with listed as (
    select source_id, name, connector, kind, enabled, interval_s, misses, next_run_at, created_at
      from isobar.source as s
     where org_id = $1
       and (kind = 1 or not exists (select
                                      from isobar.source as v
                                     where v.org_id = $1
                                       and v.name = s.name
                                       and v.kind = 1))
       and ($2::text is null or (name, connector) > ($2, $3::text))
       and ($5::text is null or name = $5)
       and ($6::text is null or connector = $6)
     order by name, connector
     limit $4
), scoped as (
    select c.source_id, count(*) filter (where c.state = 0) as n_met,
           count(*) filter (where c.state = 1) as n_complete, count(*) filter (where c.state = 2) as n_partial,
           count(*) filter (where c.state = 3) as n_denied, count(*) filter (where c.state = 4) as n_not_enabled,
           count(*) filter (where c.state = 5) as n_lost, count(*) filter (where c.state = 6) as n_held,
           count(*) filter (where c.state > 1
                              or (coalesce(c.complete_at, c.met_at) < $7 and (k.kind = 1 or c.complete_at is not null)))
               as n_blind
      from isobar.source_scope as c
      join listed as k
        on k.source_id = c.source_id
     where c.org_id = $1
     group by c.source_id
)
select l.source_id, l.name, l.connector, l.kind, l.enabled, l.interval_s, l.misses, l.next_run_at, l.created_at,
       coalesce(s.n_met, 0) as n_met, coalesce(s.n_complete, 0) as n_complete,
       coalesce(s.n_partial, 0) as n_partial, coalesce(s.n_denied, 0) as n_denied,
       coalesce(s.n_not_enabled, 0) as n_not_enabled, coalesce(s.n_lost, 0) as n_lost,
       coalesce(s.n_held, 0) as n_held, coalesce(s.n_blind, 0) as n_blind,
       r.run_id, r.state as run_state, r.started_at, r.finished_at, r.n_findings, r.n_new, r.n_changed, r.n_closed,
       r.error
  from listed as l
  left join scoped as s
    on s.source_id = l.source_id
  left join lateral (
       select max(run_id) as run_id
         from (select max(run_id) as run_id
                 from isobar.run
                where org_id = $1
                  and source_id = l.source_id
                union all
               select max(run_id)
                 from isobar.run_scope
                where org_id = $1
                  and source_id = l.source_id) as either) as last
    on true
  left join isobar.run as r
    on r.org_id = $1
   and r.run_id = last.run_id
 order by l.name, l.connector
