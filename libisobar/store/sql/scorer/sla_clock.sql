-- The SLA ledgers of some risks.
-- $1 org_id, $2 uuid[] risks, ascending.  Returns place (of the risk in $2, from 1), from_at, mode, band, due_at, by
-- risk and segment.  Column order is that of attach_segments().
select p.place, s.from_at, s.mode, s.band, s.due_at
  from unnest($2::uuid[]) with ordinality as p (risk_id, place)
 cross join lateral (select from_at, mode, band, due_at, segment_no
                       from isobar.sla_segment
                      where org_id = $1
                        and risk_id = p.risk_id
                     offset 0) as s
 order by p.place, s.segment_no
