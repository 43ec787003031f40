-- Segments of the SLA ledger for each risk of a page whose clock starts, pauses, stops or changes its band;
-- of one that is accepted also the segment with which it runs again.
-- A new risk, most often the only kind there is, asks nobody which number its segment has.
-- $1 org_id.  Reads page_risk (clock_mode -1: the clock goes on as it was).
insert into isobar.sla_segment (org_id, risk_id, segment_no, from_at, mode, reason, actor, band)
select $1::bigint, risk_id, n_taken, rank_since, clock_mode, clock_reason, 'system', band
  from page_risk
 where clock_mode >= 0
   and is_new
   and not resumes
 union all
select $1, p.risk_id,
       case when p.is_new then p.n_taken
            else (select coalesce(max(s.segment_no) + 1, 0)
                    from isobar.sla_segment as s
                   where s.org_id = $1
                     and s.risk_id = p.risk_id)
       end + n.place,
       case n.place when 0 then p.rank_since else p.reopens_at end,
       case n.place when 0 then p.clock_mode else 0 end,
       case n.place when 0 then p.clock_reason else 'acceptance_expired' end, 'system', p.band
  from page_risk as p
 cross join lateral generate_series(0, p.resumes::integer) as n (place)
 where p.clock_mode >= 0
   and not (p.is_new and not p.resumes)
