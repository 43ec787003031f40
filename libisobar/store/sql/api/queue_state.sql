-- SPDX-License-Identifier: Apache-2.0
-- What every list of an org depends on beside its parameters: how often its risks were written, and when
-- time alone changes one of them next.
-- $1 org_id, $2 now, $3 most that are counted.  Returns one row: epoch, version, crossing (null: none is to come), crossed (how many
-- risks have a crossing behind them that the sweeper did not write yet; $3 at most).
select o.epoch,
       coalesce((select v.version
                   from isobar.queue_version as v
                  where v.org_id = $1), 0) as version,
       (select min(r.next_crossing_at)
          from isobar.risk as r
         where r.org_id = $1
           and r.next_crossing_at > $2::timestamptz) as crossing,
       (select count(*)
          from (select
                  from isobar.risk as r
                 where r.org_id = $1
                   and r.next_crossing_at <= $2
                 limit $3) as c) as crossed
  from isobar.org as o
 where o.org_id = $1
