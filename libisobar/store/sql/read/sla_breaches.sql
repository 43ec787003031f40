-- SPDX-License-Identifier: Apache-2.0
-- A page of the risks that are overdue at $2, in the columns of queue_page, and resolved_at; as it stands at $2 whatever
-- the sweeper did: those whose acceptance has ended are open again.  The clock of what the provider owes stands still.
-- $1 org_id, $2 now, $3 and $4 due_at and risk_id of the row before the page, $5 most rows, $6 and $7
-- text[]: accounts and owners whose risks may be seen, null for all.  By due_at and risk_id.
with overdue as (
    (select r.risk_id, r.due_at
       from isobar.risk as r
       left join isobar.asset as a
         on a.org_id = $1
        and a.asset_id = r.asset_id
       left join isobar.owner as o
         on o.org_id = $1
        and o.owner_id = r.owner_id
      where r.org_id = $1
        and r.open
        and r.responsibility <> 2
        and r.due_at is not null
        and r.due_at < $2::timestamptz
        and (r.due_at, r.risk_id) > ($3::timestamptz, $4::uuid)
        and ($6::text[] is null or a.account = any ($6) or o.name = any ($7::text[]))
      order by r.due_at, r.risk_id
      limit $5)
    union all
    (select r.risk_id, r.due_at
       from isobar.risk as r
       left join isobar.asset as a
         on a.org_id = $1
        and a.asset_id = r.asset_id
       left join isobar.owner as o
         on o.org_id = $1
        and o.owner_id = r.owner_id
      where r.org_id = $1
        and r.state = 3
        and r.reopens_at <= $2
        and r.next_crossing_at <= $2
        and r.responsibility <> 2
        and r.due_at < $2
        and (r.due_at, r.risk_id) > ($3, $4)
        and ($6 is null or a.account = any ($6) or o.name = any ($7))
      order by r.due_at, r.risk_id
      limit $5)
), page as (
    select r.risk_id, (r.band * 4 + 2)::bigint * 1024 + r.score as rank, r.score, r.band,
           case when r.state = 3 then 0 else r.state end::smallint as state, r.class,
           r.responsibility, r.layer, r.n_findings, r.title, r.subject, r.location, r.opened_at, r.due_at,
           r.resolved_at, r.source_ids, r.next_crossing_at, o.name as owner, a.provider, a.account,
           a.region, a.type as asset_type, a.name as asset_name, a.id as asset
      from (select risk_id
              from overdue
             order by due_at, risk_id
             limit $5) as v
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = v.risk_id
      left join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = r.asset_id
      left join isobar.owner as o
        on o.org_id = $1
       and o.owner_id = r.owner_id
)
select p.risk_id, p.rank, p.score, p.band, p.state, p.class, p.responsibility, p.layer, p.n_findings,
       p.title, p.subject, p.location, p.opened_at, p.due_at, p.source_ids,
       case when p.next_crossing_at is null
            then (select s.mode
                    from isobar.sla_segment as s
                   where s.org_id = $1
                     and s.risk_id = p.risk_id
                     and s.from_at <= $2
                   order by s.segment_no desc
                   limit 1)
       end as clock_mode,
       p.owner, p.provider, p.account, p.region, p.asset_type, p.asset_name, p.asset, p.resolved_at
  from page as p
 order by p.due_at, p.risk_id
