-- SPDX-License-Identifier: Apache-2.0
-- A page of the ranked queue without a filter but for whose duty the fix is, as it stands at $2 whatever
-- the sweeper did: rows whose crossing has passed take the rank of their new slot.  clock_mode is the last mode of the clock where it may stand still: no
-- crossing is to come.
-- $1 org_id, $2 now, $3 and $4 rank and risk_id of the row before the page, $5 smallint[] responsibilities or
-- null, $6 most rows.  By rank and risk_id, descending.
select p.risk_id, p.rank, p.score, p.band, p.state, p.class, p.responsibility, p.layer, p.n_findings,
       p.title, p.subject, p.location, p.opened_at, p.due_at, p.source_ids,
       case when p.next_crossing_at is null
            then (select s.mode
                    from isobar.sla_segment as s
                   where s.org_id = $1
                     and s.risk_id = p.risk_id
                   order by s.segment_no desc
                   limit 1)
       end as clock_mode,
       o.name as owner, a.provider, a.account, a.region, a.type as asset_type, a.name as asset_name,
       a.id as asset
  from ((select r.risk_id, r.rank, r.score, r.band, r.state, r.class, r.responsibility, r.layer,
                r.n_findings, r.title, r.subject, r.location, r.opened_at, r.due_at, r.source_ids,
                r.asset_id, r.owner_id, r.next_crossing_at
           from isobar.risk as r
          where r.org_id = $1
            and r.open
            and (r.rank, r.risk_id) < ($3::bigint, $4::uuid)
            and (r.next_crossing_at is null or r.next_crossing_at > $2::timestamptz)
            and ($5::smallint[] is null or r.responsibility = any ($5))
          order by r.rank desc, r.risk_id desc
          limit $6)
        union all
        (select r.risk_id,
                (r.band * 4 + case when r.state = 3 and r.responsibility = 2 then 0
                                   when r.due_at < $2 then 2
                                   when r.state = 3 and (r.soon_at > $2) is not false then 0
                                   else 1 end)::bigint * 1024 + r.score as rank,
                r.score, r.band, case when r.state = 3 then 0 else r.state end::smallint as state, r.class, r.responsibility, r.layer, r.n_findings, r.title,
                r.subject, r.location, r.opened_at, r.due_at, r.source_ids, r.asset_id, r.owner_id,
                r.next_crossing_at
           from isobar.risk as r
          where r.org_id = $1
            and (r.open or r.state = 3)
            and r.next_crossing_at <= $2
            and ((r.band * 4 + case when r.state = 3 and r.responsibility = 2 then 0
                                     when r.due_at < $2 then 2
                                     when r.state = 3 and (r.soon_at > $2) is not false then 0
                                     else 1 end)::bigint * 1024 + r.score,
                 r.risk_id) < ($3, $4)
            and ($5 is null or r.responsibility = any ($5))
          order by 2 desc, 1 desc
          limit $6)) as p
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = p.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = p.owner_id
 order by p.rank desc, p.risk_id desc
 limit $6
