-- SPDX-License-Identifier: Apache-2.0
-- Events that came here with a dump carry transaction ids of the server that it was made on.  Those that
-- have a number get an id that every snapshot sees; the others become this transaction's, and are numbered
-- next.
-- $1 org_id, $2 first transaction id.
update isobar.risk_event as e
   set xid = case when (select s.event_id + s.n > e.event_id
                          from isobar.event_seq as s
                         where s.org_id = $1
                           and s.event_id <= e.event_id
                         order by s.event_id desc
                         limit 1)
                  then '3'::xid8
                  else pg_current_xact_id()
             end
 where e.org_id = $1
   and e.xid >= $2::xid8
