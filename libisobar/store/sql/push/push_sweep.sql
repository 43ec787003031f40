-- SPDX-License-Identifier: Apache-2.0
-- What is left of pushes, in all orgs: those that began to come long ago and never came whole, those that
-- ended collector after collector, chunks of no push, and records of what was done long ago.
-- $1 now, $2 begun before this never comes, $3 finished before this is forgotten, $4 most tries.
-- Returns one row: n_abandoned, n_failed, n_forgotten.
with abandoned as (
    delete from isobar.push
     where state = 0
       and received_at < $2
 returning org_id, push_id
), failed as (
    update isobar.push as p
       set state = 4, finished_at = $1, backend_pid = 0,
           error = 'the collector ended while it read this, ' || n_tries || ' times'
     where state = 2
       and n_tries >= $4
       and not exists (
           select
             from pg_stat_activity as a
            where a.pid = p.backend_pid)
 returning org_id, push_id
), forgotten as (
    delete from isobar.push
     where state in (3, 4)
       and finished_at < $3
 returning push_id
), emptied as (
    delete from isobar.ingest_spool as s
     where (s.received_at < $2
            and not exists (
                select
                  from isobar.push as p
                 where p.org_id = s.org_id
                   and p.push_id = s.spool_id
                   and p.state in (1, 2)))
        or exists (
           select
             from failed as f
            where f.org_id = s.org_id
              and f.push_id = s.spool_id)
)
select (select count(*) from abandoned) as n_abandoned, (select count(*) from failed) as n_failed,
       (select count(*) from forgotten) as n_forgotten
