-- SPDX-License-Identifier: Apache-2.0
-- no org_id: of all orgs, by whichever scorer.
-- What is left of questions: those that ended scorer after scorer fail, those that were answered long ago
-- are forgotten.
-- $1 now, $2 most tries, $3 asked before this is forgotten.  Returns one row: is_waiting, whether one can be answered.
with failed as (
    update isobar.what_if
       set state = 3, body = '', finished_at = $1, backend_pid = 0,
           error = 'the scorer ended while it answered this, ' || n_tries || ' times'
     where state = 1
       and n_tries >= $2
       and not exists (
           select
             from pg_stat_activity as a
            where a.pid = backend_pid)
), forgotten as (
    delete from isobar.what_if
     where state >= 2
       and asked_at < $3
)
select exists (select
                 from isobar.what_if as w
                where w.state = 0
                   or (w.state = 1
                       and w.n_tries < $2
                       and not exists (
                           select
                             from pg_stat_activity as a
                            where a.pid = w.backend_pid))) as is_waiting
