-- Takes the live source that has been due for longest and that nobody works on.  A lease ends with its time,
-- or with the server's process that serves its holder.
-- $1 holder, $2 now, $3 when the lease ends, $4 org_id or null, $5 name of a source or null: any that is due.
-- No org_id: a collector works for all of them.
-- Returns org_id, slug, source_id, name, connector, misses, interval_s, since: when its last run that was
-- done began.
with due as (
    select s.org_id, s.source_id
      from isobar.source as s
      left join isobar.lease as l
        on l.org_id = s.org_id
       and l.source_id = s.source_id
     where s.kind = 1
       and s.enabled
       and s.next_run_at <= $2
       and ($4::bigint is null or (s.org_id = $4 and s.name = $5))
       and (l.source_id is null
            or l.expires_at <= $2
            or not exists (select
                             from pg_stat_activity as a
                            where a.pid = l.backend_pid))
     order by s.next_run_at, s.org_id, s.source_id
     limit 1
       for update of s skip locked
), taken as (
    insert into isobar.lease (org_id, source_id, holder, expires_at, backend_pid)
    select org_id, source_id, $1, $3, pg_backend_pid()
      from due
    on conflict (org_id, source_id) do update
       set holder = excluded.holder, expires_at = excluded.expires_at, backend_pid = excluded.backend_pid
 returning org_id, source_id
)
select s.org_id, o.name as slug, s.source_id, s.name, s.connector, s.misses, s.interval_s,
       (select r.started_at
          from isobar.run as r
         where r.org_id = s.org_id
           and r.source_id = s.source_id
           and r.state = 1
         order by r.run_id desc
         limit 1) as since
  from taken as t
  join isobar.source as s
    on s.org_id = t.org_id
   and s.source_id = t.source_id
  join isobar.org as o
    on o.org_id = s.org_id
