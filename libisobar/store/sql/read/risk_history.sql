-- SPDX-License-Identifier: Apache-2.0
-- What happened to a risk, in the order of writing; what has no number yet comes with null.
-- $1 org_id, $2 risk_id, $3 event_id before the first, $4 most rows.
select s.seq, e.event_id, e.risk_id, e.at, e.kind, e.state, e.band, e.score, e.due_at, e.actor, e.reason,
       e.cause_id
  from (select event_id, risk_id, at, kind, state, band, score, due_at, actor, reason, cause_id
          from isobar.risk_event
         where org_id = $1
           and risk_id = $2
           and event_id > $3
         order by event_id
         limit $4) as e
  left join isobar.event_seq as s
    on s.org_id = $1
   and s.event_id = e.event_id
 order by e.event_id
