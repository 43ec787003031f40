-- SPDX-License-Identifier: Apache-2.0
-- Numbered events behind a number, in their order, and the last number there is.  Nothing has been numbered
-- between them: there is no gap.  Each event is looked up, and what belongs to it: a page is small.
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
), rest as (
    -- What of each run is behind the number, and how much of that is in the runs before it.
    select seq, event_id, n, skipped, sum(n - skipped) over (order by seq) - (n - skipped) as n_before
      from (select seq, event_id, n, least(greatest($2 - seq + 1, 0), n) as skipped
              from run) as r
), numbered as (
    select r.seq + e.event_id - r.event_id as seq, e.*
      from rest as r
     cross join lateral (select event_id, risk_id, at, kind, state, band, score, due_at, actor, reason, cause_id
                           from isobar.risk_event
                          where org_id = $1
                            and event_id >= r.event_id + r.skipped
                            and event_id < r.event_id + r.n
                          order by event_id
                          limit $3) as e
     where r.n_before < $3
     order by 1
     limit $3
)
select l.last_seq, e.*, w.account, w.owner
  from (select coalesce((select seq + n - 1
                           from isobar.event_seq
                          where org_id = $1
                          order by seq desc
                          limit 1), 0) as last_seq) as l
  left join numbered as e
    on true
  left join lateral (select a.account, o.name as owner
                       from isobar.risk as r
                       left join isobar.asset as a
                         on a.org_id = $1
                        and a.asset_id = r.asset_id
                       left join isobar.owner as o
                         on o.org_id = $1
                        and o.owner_id = r.owner_id
                      where r.org_id = $1
                        and r.risk_id = e.risk_id
                        and $4::boolean
                      limit 1) as w
    on true
 order by e.seq
