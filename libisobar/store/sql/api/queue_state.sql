-- SPDX-License-Identifier: Apache-2.0
-- What every list of an org depends on beside its parameters: how often its risks were written, and when
-- time alone changes one of them next, whatever the sweeper did: an open risk when its slot changes, and again when its due
-- time is over; one whose acceptance has ended when it is due soon, and when it is overdue.  When more crossings are past than are
-- counted, a second on: lists are asked for anew until the sweeper is there.
-- $1 org_id, $2 now, $3 most that are counted.  Returns one row: epoch, version, crossing (null: none is to come), crossed (how many
-- risks have a crossing behind them that the sweeper did not write yet; $3 at most).
with crossed as (
    select r.state, r.soon_at, r.due_at
      from isobar.risk as r
     where r.org_id = $1
       and r.next_crossing_at <= $2::timestamptz
     limit $3
)
select o.epoch,
       coalesce((select v.version
                   from isobar.queue_version as v
                  where v.org_id = $1), 0) as version,
       least((select min(r.next_crossing_at)
                from isobar.risk as r
               where r.org_id = $1
                 and r.next_crossing_at > $2),
             (select min(case when c.state = 3 and c.soon_at > $2
                              then least(c.soon_at, case when c.due_at >= $2 then c.due_at + interval '1 microsecond' end)
                              when c.due_at >= $2
                              then c.due_at + interval '1 microsecond'
                         end)
                from crossed as c),
             case when (select count(*) from crossed) >= $3
                  then date_trunc('second', $2) + interval '1 second'
             end) as crossing,
       (select count(*)
          from crossed) as crossed
  from isobar.org as o
 where o.org_id = $1
