-- SPDX-License-Identifier: Apache-2.0
-- The ledgers of the risks as they had come to be at a time, and where an acceptance was to end, the segment
-- with which the clock was to run again: it is not in the ledger any more when the acceptance ended earlier.
-- $1 org_id, $2 time.
with begun as (
    select s.risk_id, s.segment_no, s.from_at, s.mode, s.reason, s.actor, s.band, s.due_at
      from isobar.sla_segment as s
      join risk as r
        on r.org_id = $1
       and r.risk_id = s.risk_id
     where s.org_id = $1
       and s.from_at <= $2::timestamptz
       and (s.written_at is null or s.written_at <= $2)
), planned as (
    select distinct on (b.risk_id) b.risk_id, b.segment_no + 1 as segment_no, r.reopens_at as from_at, b.band
      from begun as b
      join risk as r
        on r.org_id = $1
       and r.risk_id = b.risk_id
       and r.state = 3
       and r.responsibility <> 2
       and r.reopens_at > $2
     order by b.risk_id, b.segment_no desc
)
insert into sla_segment (org_id, risk_id, segment_no, from_at, mode, reason, actor, band, due_at)
select $1, risk_id, segment_no, from_at, mode, reason, actor, band, due_at
  from begun
 union all
select $1, risk_id, segment_no, from_at, 0, 'acceptance_expired', 'system', band, null
  from planned
