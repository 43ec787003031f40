-- SPDX-License-Identifier: Apache-2.0
-- How far the events of an org are numbered, and what is committed by now.  Read after the lock was
-- taken and before anything is written: the transaction's own id is then behind its snapshot.
-- $1 org_id.  Returns one row: server; last_seq, numbered, target, place (as in event_sequencer, and as
-- they are on this server); now (a snapshot); adopt_from (null, or events from this transaction id on came
-- with a dump: all when the table knows another server).
select c.system_identifier as server, coalesce(s.last_seq, 0) as last_seq,
       case when s.server = c.system_identifier then s.numbered
            when s.server is null then '1:1:'::pg_snapshot
            else pg_current_snapshot()
       end as numbered,
       case when s.server = c.system_identifier then s.target end as target,
       case when s.server = c.system_identifier then s.place else 0 end as place,
       pg_current_snapshot() as now,
       case when s.server is null then pg_snapshot_xmax(pg_current_snapshot())
            when s.server <> c.system_identifier then '0'::xid8
       end as adopt_from
  from pg_control_system() as c
  left join isobar.event_sequencer as s
    on s.org_id = $1
