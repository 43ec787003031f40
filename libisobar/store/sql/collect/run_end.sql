-- A live run has ended: done when all of its parts were complete, failed when its plan was not even partial.
-- What its unended parts saw is of no more use.
-- $1 org_id, $2 source_id, $3 run_id, $4 now, $5 error or null, $6 when its lease was taken.
-- Returns state, n_parts, n_complete, n_findings, n_new, n_changed, n_closed.
with parts as (
    select count(*) as n, count(*) filter (where state = 3) as n_complete,
           bool_or(part_no = 0 and state in (3, 4)) as planned
      from isobar.run_part
     where org_id = $1
       and run_id = $3
), ended as (
    update isobar.run as r
       set command_id = r.run_id,
           state = case when not p.planned then 2 when p.n = p.n_complete then 1 else 3 end, finished_at = $4,
           n_parts = p.n, n_complete = p.n_complete, error = $5
      from parts as p
     where r.org_id = $1
       and r.run_id = $3
 returning r.state, r.n_parts, r.n_complete, r.n_findings, r.n_new, r.n_changed, r.n_closed
), emptied as (
    delete from isobar.run_seen
     where org_id = $1
       and run_id = $3
), next as (
    update isobar.source as s
       set next_run_at = case when s.next_run_at > $6 then s.next_run_at
                              when s.interval_s = 0 then null
                              when e.state = 1 then $6::timestamptz + s.interval_s * interval '1 second'
                              else $6::timestamptz + least(s.interval_s, 3600) * interval '1 second' end
      from ended as e
     where s.org_id = $1
       and s.source_id = $2
)
select state, n_parts, n_complete, n_findings, n_new, n_changed, n_closed
  from ended
