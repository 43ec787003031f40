-- SPDX-License-Identifier: Apache-2.0
-- A risk as it stood at a time: what the queue read of it, and what its score was made of.  No row: there was
-- no such risk.  owner is who has it now.  A risk that was parted from another one was opened when it had been before.
-- $1 org_id, $2 risk_id, $3 time.
with held as (
    select rank, state, responsibility, due_at, next_crossing_at, reopens_at, soon_at
      from isobar.risk
     where org_id = $1
       and risk_id = $2
       and rank_since <= $3::timestamptz
    union all
    select rank, state, responsibility, due_at, next_crossing_at, reopens_at, soon_at
      from isobar.risk_rank_history
     where org_id = $1
       and risk_id = $2
       and valid_from <= $3
       and valid_to > $3
), scored as (
    select version, model, inputs, points, basis
      from isobar.score_history
     where org_id = $1
       and risk_id = $2
       and valid_to > $3
    union all
    select null, model, inputs, points, basis
      from isobar.risk_explanation
     where org_id = $1
       and risk_id = $2
     order by version nulls last
     limit 1
)
select r.risk_id, h.rank, h.state, h.responsibility, h.due_at, h.next_crossing_at, h.reopens_at, h.soon_at,
       r.title, r.subject, r.location, a.provider, a.account, a.region, a.type as asset_type, a.name as asset_name,
       a.id as asset, o.name as owner, s.model, s.inputs, s.points,
       array(select get_byte(s.basis, i) from generate_series(0, length(s.basis) - 1) as i order by i) as basis,
       e.opened_at, e.resolved_at
  from held as h
  join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = $2
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
  left join scored as s
    on true
  left join (select max(at) filter (where kind = 0 or (kind = 4 and reason <> 'unlinked')) as opened_at,
                    max(at) filter (where kind in (3, 8)) as resolved_at
               from isobar.risk_event
              where org_id = $1
                and risk_id = $2
                and at <= $3) as e
    on true
 limit 1
