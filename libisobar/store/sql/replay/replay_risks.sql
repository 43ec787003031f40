-- SPDX-License-Identifier: Apache-2.0
-- The risks that there were at a time: who they are and since when, what people had decided of them, and their
-- state by the last event.  Of what they come to nothing is taken over: a hash that is no risk's has all of
-- them computed.
-- $1 org_id, $2 time.
with said as (
    select distinct on (risk_id) risk_id, state
      from isobar.risk_event
     where org_id = $1
       and at <= $2::timestamptz
     order by risk_id, at desc, event_id desc
), accepted as (
    select distinct on (e.risk_id) e.risk_id, e.cause_id, e.reason
      from isobar.risk_event as e
      join said as s
        on s.risk_id = e.risk_id
       and s.state = 3
     where e.org_id = $1
       and e.at <= $2
       and e.state = 3
       and e.cause_id is not null
       and e.kind = 2
     order by e.risk_id, e.at desc, e.event_id desc
), times as (
    select risk_id, max(at) filter (where kind in (0, 4)) as opened_at,
           max(at) filter (where kind in (3, 8)) as resolved_at
      from isobar.risk_event
     where org_id = $1
       and at <= $2
       and kind in (0, 3, 4, 8)
     group by risk_id
), handed as (
    -- Who had it before is not kept.
    select distinct risk_id
      from isobar.risk_event
     where org_id = $1
       and at > $2
       and kind = 7
), stood as (
    select r.risk_id, r.asset_id, r.subject, r.location, r.title, r.class, r.responsibility, r.layer, s.state,
           case when r.opened_at <= $2 then r.opened_at else t.opened_at end as opened_at,
           case when s.state = 6 then t.resolved_at end as resolved_at,
           case when r.owner_basis <> 1 and h.risk_id is null then r.owner_id end as owner_id,
           case when r.owner_basis <> 1 and h.risk_id is null then r.owner_basis else 0 end as owner_basis,
           a.cause_id as acceptance_id, coalesce(a.reason = 'acceptance_rule', false) as accepted_by_rule, x.ends_at
      from said as s
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = s.risk_id
      join times as t
        on t.risk_id = s.risk_id
      left join handed as h
        on h.risk_id = s.risk_id
      left join accepted as a
        on a.risk_id = s.risk_id
      left join acceptance as x
        on x.org_id = $1
       and x.acceptance_id = a.cause_id
), explained as (
    insert into risk_explanation (org_id, risk_id, model, computed_at, inputs, points, basis, witness, members, reasons,
                                  control)
    select $1, risk_id, '', '-infinity', '{}', '{}', '', '', '{}', '{}', ''
      from stood
)
insert into risk (org_id, risk_id, asset_id, rank, state_hash, version, opened_at, band_since, rank_since, resolved_at,
                  owner_id, owner_basis, n_findings, score, band, state, class, responsibility, layer, open, subject,
                  location, title, source_ids, reopens_at, acceptance_id, accepted_by_rule)
select $1, risk_id, asset_id, 0, 0, 1, opened_at, opened_at, $2, resolved_at, owner_id, owner_basis, 0, 0, 0, state,
       class, responsibility, layer, state <= 2, subject, location, title, '{}', ends_at, acceptance_id,
       accepted_by_rule
  from stood
 order by risk_id
