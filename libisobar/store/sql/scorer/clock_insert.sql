-- A segment of the SLA ledger for each risk of a page whose clock starts, pauses, stops or changes
-- its band.
-- $1 org_id, $2 now.  Reads page_risk (clock_mode -1: the clock goes on as it was).
insert into isobar.sla_segment (org_id, risk_id, segment_no, from_at, mode, reason, actor, band)
select $1, p.risk_id,
       case when p.is_new then 0
            else (select coalesce(max(s.segment_no) + 1, 0)
                    from isobar.sla_segment as s
                   where s.org_id = $1
                     and s.risk_id = p.risk_id)
       end,
       $2, p.clock_mode, p.clock_reason, 'system', p.band
  from page_risk as p
 where p.clock_mode >= 0
