-- SPDX-License-Identifier: Apache-2.0
-- Live sources by name, each with its last run, how much of it is proved, and who works on it.
-- $1 org_id, $2 name or null for all, $3 what nothing proved since then is blind.
-- Returns secrets too: the names of its secrets, with commas between.
select s.source_id, s.name, s.connector, s.enabled, s.settings, s.interval_s, s.misses, s.next_run_at, s.created_at,
       l.holder, k.secrets, r.run_id, r.state, r.started_at, r.finished_at, r.n_parts, r.n_complete, r.n_records,
       r.n_findings, r.n_new, r.n_changed, r.n_closed, r.error, n.n_scopes, n.n_proved, n.n_blind
  from isobar.source as s
  left join isobar.lease as l
    on l.org_id = s.org_id
   and l.source_id = s.source_id
   and l.expires_at > now()
   and exists (select
                 from pg_stat_activity as a
                where a.pid = l.backend_pid)
  left join lateral (
           select string_agg(key, ',' order by key) as secrets
             from isobar.source_secret
            where org_id = s.org_id
              and source_id = s.source_id) as k
    on true
  left join lateral (
           select run_id, state, started_at, finished_at, n_parts, n_complete, n_records, n_findings, n_new, n_changed,
                  n_closed, error
             from isobar.run
            where org_id = s.org_id
              and source_id = s.source_id
            order by run_id desc
            limit 1) as r
    on true
  left join lateral (
           select count(*) as n_scopes, count(*) filter (where k.state = 1) as n_proved,
                  count(*) filter (where k.state >= 2 or k.known_at < $3) as n_blind
             from (
                   select max(c.state) as state, coalesce(max(c.complete_at), min(c.met_at)) as known_at
                     from isobar.source as b
                     join isobar.source_scope as c
                       on c.org_id = b.org_id
                      and c.source_id = b.source_id
                    where b.org_id = s.org_id
                      and b.name = s.name
                    group by c.scope
                  ) as k) as n
    on true
 where s.org_id = $1
   and s.kind = 1
   and s.settings is not null
   and ($2::text is null or s.name = $2)
 order by s.name
