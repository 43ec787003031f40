-- SPDX-License-Identifier: Apache-2.0
-- Takes the question that waits longest, of whichever org, or one whose scorer is gone.
-- $1 most tries.  Returns no row, or one.
with next as (
    select org_id, what_if_id
      from isobar.what_if as w
     where state = 0
        or (state = 1
            and n_tries < $1
            and not exists (
                select
                  from pg_stat_activity as a
                 where a.pid = w.backend_pid))
     order by asked_at, what_if_id
     limit 1
       for update skip locked
)
update isobar.what_if as w
   set state = 1, n_tries = w.n_tries + 1, backend_pid = pg_backend_pid()
  from next as n
  join isobar.org as o
    on o.org_id = n.org_id
 where w.org_id = n.org_id
   and w.what_if_id = n.what_if_id
returning w.org_id, o.name, w.what_if_id, w.kind, w.body, w.movers, w.n_tries
