-- SPDX-License-Identifier: Apache-2.0
-- A page of the open risks that a fix closes, as it stands at $2, in the columns of queue_page; those whose acceptance has
-- ended are open again.
-- $1 org_id, $2 now, $3 and $4 rank and risk_id of the row before the page, $5 fix_id, $6 most rows.
-- By rank and risk_id, descending.
with member as materialized (
    select r.risk_id,
           case when r.next_crossing_at <= $2::timestamptz
                then (r.band * 4 + case when r.due_at < $2 then 2 else 1 end)::bigint * 1024 + r.score
                else r.rank
           end as rank,
           r.score, r.band, r.state, r.class, r.responsibility, r.layer, r.n_findings, r.title, r.subject,
           r.location, r.opened_at, r.due_at, r.source_ids, r.asset_id, r.owner_id, r.next_crossing_at
      from isobar.risk as r
     where r.org_id = $1
       and r.fix_id = $5
       and r.open
    union all
    select r.risk_id,
           (r.band * 4 + case when r.responsibility = 2 then 0
                              when r.due_at < $2 then 2
                              when r.soon_at <= $2 then 1
                              else 0 end)::bigint * 1024 + r.score,
           r.score, r.band, 0::smallint, r.class, r.responsibility, r.layer, r.n_findings, r.title, r.subject,
           r.location, r.opened_at, r.due_at, r.source_ids, r.asset_id, r.owner_id, r.next_crossing_at
      from isobar.risk as r
     where r.org_id = $1
       and r.fix_id = $5
       and r.state = 3
       and r.reopens_at <= $2
       and r.next_crossing_at <= $2
), page as (
    select risk_id, rank, score, band, state, class, responsibility, layer, n_findings, title, subject,
           location, opened_at, due_at, source_ids, asset_id, owner_id, next_crossing_at
      from member
     where (rank, risk_id) < ($3::bigint, $4::uuid)
     order by rank desc, risk_id desc
     limit $6
)
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
  from page as p
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = p.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = p.owner_id
 order by p.rank desc, p.risk_id desc
