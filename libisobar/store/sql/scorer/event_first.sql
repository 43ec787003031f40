-- SPDX-License-Identifier: Apache-2.0
-- Where the events of the transactions that ended between two snapshots begin.
-- $1 org_id, $2 and $3 pg_snapshot: the former one and the later one.  Returns event_id.
select least((select min(e.event_id)
                from pg_snapshot_xip($2::pg_snapshot) as x (xid)
                join isobar.risk_event as e
                  on e.org_id = $1
                 and e.xid = x.xid
               where pg_visible_in_snapshot(x.xid, $3::pg_snapshot)),
             (select min(event_id)
                from isobar.risk_event
               where org_id = $1
                 and xid >= pg_snapshot_xmax($2)
                 and xid < pg_snapshot_xmax($3)
                 and pg_visible_in_snapshot(xid, $3))) as event_id
