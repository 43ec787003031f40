-- SPDX-License-Identifier: Apache-2.0
-- Takes the push of an org that waits longest, or one whose collector is gone.
-- $1 org_id, $2 most tries: one that ended so many collectors is left to push_sweep.  Returns no row, or one.
with next as (
    select push_id
      from isobar.push as p
     where org_id = $1
       and (state = 1
            or (state = 2
                and n_tries < $2
                and not exists (
                    select
                      from pg_stat_activity as a
                     where a.pid = p.backend_pid)))
     order by received_at, push_id
     limit 1
       for update skip locked
)
update isobar.push as p
   set state = 2, n_tries = p.n_tries + 1, backend_pid = pg_backend_pid()
  from next as n
 where p.org_id = $1
   and p.push_id = n.push_id
returning p.push_id, p.source, p.format, p.complete, p.content_type, p.encoding, p.principal, p.size, p.n_chunks, p.n_tries,
          p.received_at
