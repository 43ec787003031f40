-- SPDX-License-Identifier: Apache-2.0
-- What happened to a risk: its events, scores that were replaced, segments of its clock, fingerprints that
-- lead to it; in the order of time, then place (0 score, 1 event, 2 clock, 3 alias), then no.  Former rows of
-- a risk are few: what an entry was before it is looked up among all of its kind.  A score whose inputs only
-- rest on something else is passed over.  is_merged: another risk became part of it at the same time.
-- $1 org_id, $2 risk_id, $3 at, $4 place, $5 no of the entry before the first, $6 most rows, $7 now.
with events as (
    select e.event_id as no, e.at, e.kind, e.state, e.band, e.score, e.due_at, e.actor, e.reason, e.cause_id,
           lag(e.state) over earlier as was_state, lag(e.band) over earlier as was_band,
           lag(e.due_at) over earlier as was_due_at
      from isobar.risk_event as e
     where e.org_id = $1
       and e.risk_id = $2
    window earlier as (order by e.at, e.event_id)
), scores as (
    select s.version as no, s.valid_to as at, s.score as was_score, s.band as was_band, s.model as was_model,
           s.inputs as was_inputs, s.points as was_points, s.basis as was_basis,
           lead(s.score) over later as score, lead(s.band) over later as band, lead(s.model) over later as model,
           lead(s.inputs) over later as inputs, lead(s.points) over later as points, lead(s.basis) over later as basis,
           lead(s.version) over later is null as is_last
      from isobar.score_history as s
     where s.org_id = $1
       and s.risk_id = $2
    window later as (order by s.version, s.valid_to)
), segments as (
    -- Each in place of those that were written before and begin then or later.
    select s.segment_no as no, s.from_at as at, s.mode, s.band, s.due_at, s.reason, s.actor,
           lag(s.mode) over earlier as was_mode, lag(s.band) over earlier as was_band
      from isobar.sla_segment as s
     where s.org_id = $1
       and s.risk_id = $2
       and s.from_at <= $7::timestamptz
       and not exists (select
                         from isobar.sla_segment as n
                        where n.org_id = $1
                          and n.risk_id = $2
                          and n.segment_no > s.segment_no
                          and n.from_at <= s.from_at)
    window earlier as (order by s.from_at, s.segment_no)
), entries as (
    select 0 as place, s.no, s.at, null::smallint as kind, null::smallint as state, null::smallint as was_state,
           case when s.is_last then r.band else s.band end as band, s.was_band,
           case when s.is_last then r.score else s.score end as score, s.was_score,
           null::timestamptz as due_at, null::timestamptz as was_due_at, 'system' as actor, '' as reason,
           null::uuid as cause_id, null::smallint as mode, null::smallint as was_mode, null::uuid as alias,
           null::smallint as alias_reason,
           case when s.is_last then e.model else s.model end as model, s.was_model,
           case when s.is_last then e.inputs else s.inputs end as inputs, s.was_inputs,
           case when s.is_last then e.points else s.points end as points, s.was_points,
           case when s.is_last then e.basis else s.basis end as basis, s.was_basis
      from scores as s
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = $2
      join isobar.risk_explanation as e
        on e.org_id = $1
       and e.risk_id = $2
    union all
    select 1, no, at, kind, state, was_state, band, was_band, score, null, due_at, was_due_at, actor, reason, cause_id,
           null, null, null, null, null, null, null, null, null, null, null, null
      from events
    union all
    select 2, no, at, null, null, null, band, was_band, null, null, due_at, null, actor, reason, null,
           mode, was_mode, null, null, null, null, null, null, null, null, null, null
      from segments
    union all
    select 3, ('x' || left(replace(l.fingerprint::text, '-', ''), 16))::bit(64)::bigint, l.valid_from, null, null, null, null, null, null, null, null,
           null, 'system', '', null, null, null, l.fingerprint, l.reason, null, null, null, null, null, null, null, null
      from isobar.risk_alias as l
     where l.org_id = $1
       and l.risk_id = $2
), page as (
    select place, no, at, kind, state, was_state, band, was_band, score, was_score, due_at, was_due_at, actor, reason,
           cause_id, mode, was_mode, alias, alias_reason, model, was_model, inputs, was_inputs, points, was_points,
           basis, was_basis
      from entries
     where ($3::timestamptz is null or (at, place, no) > ($3, $4::integer, $5::bigint))
       and (place <> 0 or inputs <> was_inputs or model <> was_model)
     order by at, place, no
     limit $6
)
select p.place, p.no, p.at, p.kind, p.state, p.was_state, p.band, p.was_band, p.score, p.was_score, p.due_at,
       p.was_due_at, p.actor, p.reason, p.cause_id, p.mode, p.was_mode, p.alias, p.alias_reason, p.model, p.was_model,
       p.inputs, p.was_inputs, p.points, p.was_points,
       array(select get_byte(p.basis, i) from generate_series(0, length(p.basis) - 1) as i order by i) as basis,
       array(select get_byte(p.was_basis, i) from generate_series(0, length(p.was_basis) - 1) as i order by i)
           as was_basis,
       q.seq + p.no - q.event_id as seq, coalesce(c.reason, n.body, x.reason, t.reason) as comment,
       p.place = 0 and exists (select
                                 from isobar.risk_alias as l
                                where l.org_id = $1
                                  and l.risk_id = $2
                                  and l.reason = 2
                                  and l.valid_from = p.at) as is_merged
  from page as p
  left join lateral (select s.seq, s.event_id, s.n
                       from isobar.event_seq as s
                      where s.org_id = $1
                        and s.event_id <= p.no
                      order by s.event_id desc
                      limit 1) as q
    on p.place = 1
   and q.event_id + q.n > p.no
  left join lateral (select k.reason
                       from isobar.risk_claim as k
                      where k.org_id = $1
                        and k.risk_id = $2
                        and k.actor = p.actor
                        and k.claimed_at between p.at and p.at + interval '1 millisecond'
                      order by k.claimed_at
                      limit 1) as c
    on p.kind = 2
  left join lateral (select k.body
                       from isobar.risk_note as k
                      where k.org_id = $1
                        and k.risk_id = $2
                        and k.actor = p.actor
                        and k.written_at = p.at
                      limit 1) as n
    on p.kind = 7
  left join isobar.acceptance as x
    on p.kind = 2
   and p.actor <> 'system'
   and x.org_id = $1
   and x.acceptance_id = p.cause_id
  left join isobar.sla_extension as t
    on p.kind = 9
   and p.actor <> 'system'
   and t.org_id = $1
   and t.extension_id = p.cause_id
 order by p.at, p.place, p.no
