-- SPDX-License-Identifier: Apache-2.0
-- How far the first run of a source behind another one is, and whether a collector works on the source.
-- $1 org_id, $2 source_id, $3 run_id of the other.
-- Returns one row; run_id is null while there is no such run.
select r.run_id, r.state, r.started_at, r.finished_at, r.n_findings, r.n_new, r.n_changed, r.n_closed, r.error,
       coalesce(p.n_parts, 0) as n_parts, coalesce(p.n_ended, 0) as n_ended,
       coalesce(p.n_complete, 0) as n_complete, coalesce(p.n_records, 0) as n_records,
       exists (select
                 from isobar.lease as l
                 join pg_stat_activity as a
                   on a.pid = l.backend_pid
                where l.org_id = $1
                  and l.source_id = $2
                  and l.expires_at > now()) as is_held
  from (values (1)) as one (row_no)
  left join lateral (
           select run_id, state, started_at, finished_at, n_findings, n_new, n_changed, n_closed, error
             from isobar.run
            where org_id = $1
              and source_id = $2
              and run_id > $3
            order by run_id
            limit 1) as r
    on true
  left join lateral (
           select count(*) as n_parts, count(*) filter (where state >= 3) as n_ended,
                  count(*) filter (where state = 3) as n_complete, sum(n_records)::bigint as n_records
             from isobar.run_part
            where org_id = $1
              and run_id = r.run_id) as p
    on true
