-- SPDX-License-Identifier: Apache-2.0
-- Adds the events of a batch to what is counted of each week.  Many events of one instant, as a first import
-- writes them, are one row before their week is asked for.
-- $1 org_id.  Reads batch_event, batch_fact.
insert into isobar.sla_fact as f
       (org_id, week, band, provider, owner_id, opened, reopened, resolved, met, missed, breached, flapped,
        repeated, late, n_acknowledged, acknowledge_ms, resolve_ms)
select $1, week, band, provider, owner_id, sum(opened), sum(reopened), sum(resolved), sum(met),
       sum(missed), sum(breached), sum(flapped), sum(repeated), sum(late), sum(n_acknowledged),
       sum(acknowledge_ms), sum(resolve_ms)
  from (select date_trunc('week', e.at at time zone 'UTC')::date as week, e.band, e.provider, e.owner_id,
               sum(e.opened) as opened, 0 as reopened, 0 as resolved, 0 as met, 0 as missed,
               sum(e.breached) as breached, 0 as flapped, 0 as repeated, 0 as late, 0 as n_acknowledged,
               0 as acknowledge_ms, 0 as resolve_ms
          from (select b.at, b.band, coalesce(a.provider, 0) as provider, coalesce(r.owner_id, 0) as owner_id,
                       count(*) filter (where b.kind = 0) as opened, count(*) filter (where b.kind = 6) as breached
                  from batch_event as b
                  left join isobar.risk as r
                    on r.org_id = $1
                   and r.risk_id = b.risk_id
                  left join isobar.asset as a
                    on a.org_id = $1
                   and a.asset_id = r.asset_id
                 where b.kind in (0, 6)
                 group by 1, 2, 3, 4) as e
         group by 1, 2, 3, 4
         union all
        select week, band, provider, owner_id, 0, sum(reopened), sum(resolved), sum(met), sum(missed), 0,
               sum(flapped), sum(repeated), sum(late), count(acknowledge_ms),
               coalesce(sum(acknowledge_ms), 0), coalesce(sum(resolve_ms), 0)
          from batch_fact
         group by 1, 2, 3, 4) as each
 group by week, band, provider, owner_id
on conflict (org_id, week, band, provider, owner_id) do update
   set opened = f.opened + excluded.opened, reopened = f.reopened + excluded.reopened,
       resolved = f.resolved + excluded.resolved, met = f.met + excluded.met,
       missed = f.missed + excluded.missed, breached = f.breached + excluded.breached,
       flapped = f.flapped + excluded.flapped, repeated = f.repeated + excluded.repeated,
       late = f.late + excluded.late, n_acknowledged = f.n_acknowledged + excluded.n_acknowledged,
       acknowledge_ms = f.acknowledge_ms + excluded.acknowledge_ms,
       resolve_ms = f.resolve_ms + excluded.resolve_ms
