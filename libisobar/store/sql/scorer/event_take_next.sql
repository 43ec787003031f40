-- SPDX-License-Identifier: Apache-2.0
-- The next events, in the order of their ids, of the transactions that ended between two snapshots: for more of
-- them than one batch takes, where an event of one transaction may have to stand before an older one's.
-- $1 org_id, $2 and $3 pg_snapshot: the former one and the later one, $4 event_id before the first, $5 most.
-- Fills batch_event.
insert into batch_event (event_id, risk_id, at, kind, state, band)
select event_id, risk_id, at, kind, state, band
  from isobar.risk_event
 where org_id = $1
   and event_id > $4
   and not pg_visible_in_snapshot(xid, $2::pg_snapshot)
   and pg_visible_in_snapshot(xid, $3::pg_snapshot)
 order by event_id
 limit $5
