-- The SLA ledgers of stored risks.
-- $1 org_id.  Reads page_fingerprint, joined as in risk_load.  Returns ordinal, risk_id, from_at, mode,
-- band, by ordinal, risk and segment.  Column order is that of attach_segments().
select distinct p.ordinal, s.risk_id, s.from_at, s.mode, s.band, s.segment_no
  from page_fingerprint as p
  left join isobar.risk_alias as l
    on l.org_id = $1
   and l.fingerprint = p.fingerprint
  join isobar.sla_segment as s
    on s.org_id = $1
   and s.risk_id = coalesce(l.risk_id, p.fingerprint)
 order by p.ordinal, s.risk_id, s.segment_no
