-- SPDX-License-Identifier: Apache-2.0
-- What the numbered events of a batch mean for the figures, beside risks that were opened and due times
-- that passed, which speak for themselves.  The history of each risk is read up to the batch, by number: a
-- stretch begins where the risk is opened or ceases to be resolved; what is due is what the last event of the
-- risk said while it was open; a pause is the time in which it was accepted, false positive or suppressed.
-- $1 org_id, $2 last number before the batch.  Reads batch_event.  Fills batch_fact.
with touched as (
    select distinct risk_id
      from batch_event
     where kind in (2, 3, 4, 7, 12)
), told as (
    select e.risk_id, s.seq + e.event_id - s.event_id as seq, e.at, e.kind, e.state, e.band, e.due_at, e.actor,
           lag(e.state) over w as former,
           max(e.at) over (w rows between unbounded preceding and 1 preceding) as former_at,
           max(e.at) filter (where e.kind = 3) over (w rows between unbounded preceding and 1 preceding)
               as resolved_at,
           count(*) filter (where e.kind = 4) over w as n_reopened
      from touched as t
      join isobar.risk_event as e
        on e.org_id = $1
       and e.risk_id = t.risk_id
     cross join lateral (select seq, event_id, n
                           from isobar.event_seq
                          where org_id = $1
                            and event_id <= e.event_id
                          order by event_id desc
                          limit 1) as s
     where s.event_id + s.n > e.event_id
    window w as (partition by e.risk_id order by s.seq + e.event_id - s.event_id)
), placed as (
    select t.*, b.begins,
           count(*) filter (where b.begins) over (partition by t.risk_id order by t.seq) as stretch,
           not b.begins and t.kind in (2, 7, 12) and t.actor <> 'system' and t.former <> 6 as acknowledges
      from told as t
     cross join lateral (select t.kind in (0, 4) or t.former = 6 and t.state <> 6) as b (begins)
), clocked as (
    select p.*, first_value(p.at) over v as begun_at,
           count(*) filter (where p.acknowledges) over v as n_acknowledged,
           sum(greatest(p.at - p.former_at, interval '0'))
               filter (where p.former in (3, 4, 5) and not p.begins) over v as paused,
           max(array[p.seq, (extract(epoch from p.due_at) * 1000000)::bigint])
               filter (where p.state in (0, 1, 2) and p.kind not in (5, 6, 10, 11))
               over (v rows between unbounded preceding and 1 preceding) as due,
           max(array[p.seq, (extract(epoch from p.at) * 1000000)::bigint])
               filter (where p.state in (3, 4, 5) and p.former in (0, 1, 2) and not p.begins)
               over (v rows between unbounded preceding and 1 preceding) as paused_at
      from placed as p
    window v as (partition by p.risk_id, p.stretch order by p.seq)
), judged as (
    select c.*, c.kind = 3 and c.former is distinct from 6 as resolves,
           coalesce(c.due_at, timestamptz 'epoch' + c.due[2] * interval '1 microsecond') as was_due,
           case when c.former in (3, 4, 5)
                then coalesce(timestamptz 'epoch' + c.paused_at[2] * interval '1 microsecond', c.begun_at)
                else c.at
           end as stopped_at
      from clocked as c
)
insert into batch_fact (week, band, provider, owner_id, reopened, resolved, met, missed, flapped, repeated, late,
                        acknowledge_ms, resolve_ms)
select date_trunc('week', j.at at time zone 'UTC')::date, j.band, coalesce(a.provider, 0),
       coalesce(r.owner_id, 0), (j.kind = 4)::integer, j.resolves::integer,
       coalesce(j.resolves and j.stopped_at <= j.was_due, false)::integer,
       coalesce(j.resolves and j.stopped_at > j.was_due, false)::integer,
       coalesce(j.kind = 4 and j.at - j.resolved_at <= interval '24 hours', false)::integer,
       (j.kind = 4 and j.n_reopened > 2)::integer,
       coalesce(j.resolves and j.stopped_at <= j.was_due
                and j.stopped_at > j.was_due - (j.was_due - j.begun_at) / 10, false)::integer,
       case when j.acknowledges and j.n_acknowledged = 1
            then greatest(trunc(extract(epoch from j.at - j.begun_at) * 1000), 0)
       end,
       case when j.resolves
            then greatest(trunc(extract(epoch from j.at - j.begun_at - coalesce(j.paused, interval '0'))
                                * 1000), 0)
       end
  from judged as j
  left join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = j.risk_id
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
 where j.seq > $2
   and (j.kind = 4 or j.resolves or j.acknowledges and j.n_acknowledged = 1)
