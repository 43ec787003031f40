-- SPDX-License-Identifier: Apache-2.0
-- The risks of a page whose order is known already, as they stand now; the columns and their order are
-- those of queue_page.
-- $1 org_id, $2 now, $3 uuid[] risks.  In no order.
select r.risk_id,
       case when r.next_crossing_at <= $2::timestamptz and r.open
            then (r.band * 4 + case when r.due_at < $2 then 2 else 1 end)::bigint * 1024 + r.score
            else r.rank
       end as rank,
       r.score, r.band, r.state, r.class, r.responsibility, r.layer, r.n_findings, r.title, r.subject,
       r.location, r.opened_at, r.due_at, r.source_ids,
       case when r.next_crossing_at is null
            then (select s.mode
                    from isobar.sla_segment as s
                   where s.org_id = $1
                     and s.risk_id = r.risk_id
                   order by s.segment_no desc
                   limit 1)
       end as clock_mode,
       o.name as owner, a.provider, a.account, a.region, a.type as asset_type, a.name as asset_name,
       a.id as asset
  from isobar.risk as r
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
 where r.org_id = $1
   and r.risk_id = any ($3::uuid[])
