-- SPDX-License-Identifier: Apache-2.0
-- Numbered events behind a number, in their order, and the last number there is.  Nothing has been numbered
-- between them: there is no gap.
-- $1 org_id, $2 seq, $3 most rows, $4 with account and owner of the risk as they are now (else null).
-- Returns at least one row, whose event_id is null when there is no event.
with run as (
    (select seq, event_id, n
       from isobar.event_seq
      where org_id = $1
        and seq <= $2
      order by seq desc
      limit 1)
     union all
    (select seq, event_id, n
       from isobar.event_seq
      where org_id = $1
        and seq > $2
      order by seq
      limit $3)
), numbered as (
    select r.seq + i as seq, r.event_id + i as event_id
      from run as r
     cross join generate_series(greatest($2 + 1 - r.seq, 0), least(greatest($2 + 1 - r.seq, 0) + $3, r.n) - 1) as i
     order by 1
     limit $3
)
select l.last_seq, e.*
  from (select coalesce((select seq + n - 1
                           from isobar.event_seq
                          where org_id = $1
                          order by seq desc
                          limit 1), 0) as last_seq) as l
  left join (select s.seq, e.event_id, e.risk_id, e.at, e.kind, e.state, e.band, e.score, e.due_at, e.actor,
                    e.reason, e.cause_id, a.account, o.name as owner
               from numbered as s
               join isobar.risk_event as e
                 on e.org_id = $1
                and e.event_id = s.event_id
               left join isobar.risk as r
                 on r.org_id = $1
                and r.risk_id = e.risk_id
                and $4::boolean
               left join isobar.asset as a
                 on a.org_id = $1
                and a.asset_id = r.asset_id
               left join isobar.owner as o
                 on o.org_id = $1
                and o.owner_id = r.owner_id) as e
    on true
 order by e.seq
