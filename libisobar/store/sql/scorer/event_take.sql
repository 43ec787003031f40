-- SPDX-License-Identifier: Apache-2.0
-- Events of the transactions that ended between two snapshots, and only those rows: what is numbered and
-- what is still being written is not read.
-- $1 org_id, $2 and $3 pg_snapshot: the former one and the later one, $4 most.  Fills batch_event.
insert into batch_event (event_id, risk_id, at, kind, state, band)
select event_id, risk_id, at, kind, state, band
  from ((select e.event_id, e.risk_id, e.at, e.kind, e.state, e.band
           from pg_snapshot_xip($2::pg_snapshot) as x (xid)
          cross join lateral (select event_id, risk_id, at, kind, state, band
                                from isobar.risk_event
                               where org_id = $1
                                 and xid = x.xid
                               order by org_id, xid, event_id
                               limit $4) as e
          where pg_visible_in_snapshot(x.xid, $3::pg_snapshot))
        union all
        (select event_id, risk_id, at, kind, state, band
           from isobar.risk_event
          where org_id = $1
            and xid >= pg_snapshot_xmax($2)
            and xid < pg_snapshot_xmax($3)
            and pg_visible_in_snapshot(xid, $3)
          order by org_id, xid, event_id
          limit $4)) as ended
 limit $4
