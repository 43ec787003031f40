-- SPDX-License-Identifier: Apache-2.0
-- Segments of the SLA ledger that the clocks of some risks of a page take over from other risks, behind those
-- that they have.
-- $1 org_id.  Reads page_risk and page_segment.
insert into isobar.sla_segment (org_id, risk_id, segment_no, from_at, mode, reason, actor, band, due_at, written_at)
select $1, p.risk_id,
       t.place + (select coalesce(max(s.segment_no) + 1, 0)
                    from isobar.sla_segment as s
                   where s.org_id = $1
                     and s.risk_id = p.risk_id),
       t.from_at, t.mode, 'links', 'system', t.band, t.due_at, p.rank_since
  from page_risk as p
  join page_segment as t
    on t.risk_id = p.risk_id
