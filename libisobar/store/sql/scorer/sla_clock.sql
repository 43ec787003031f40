-- The SLA ledgers of stored risks.
-- $1 org_id.  Reads page_fingerprint, joined as in risk_load.  Returns ordinal, risk_id, from_at, mode,
-- band, by ordinal, risk and segment.  Column order is that of attach_segments().
select distinct p.ordinal, s.risk_id, s.from_at, s.mode, s.band, s.segment_no
  from page_fingerprint as p
  left join isobar.risk_alias as l
    on l.org_id = $1
   and l.fingerprint = p.fingerprint
 cross join lateral (select risk_id, from_at, mode, band, segment_no
                       from isobar.sla_segment
                      where org_id = $1
                        and risk_id = coalesce(l.risk_id, p.fingerprint)
                     offset 0) as s
 order by p.ordinal, s.risk_id, s.segment_no
