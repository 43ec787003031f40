-- SPDX-License-Identifier: Apache-2.0
-- A page of all risks with what is kept of them of a time: what the queue read of each, what its score was made
-- of, and where nothing was computed since (whole), all the rest.  state null: there was no such risk.
-- $1 org_id, $2 time, $3 risk_id of the last one of the page before, $4 most rows.  By risk_id.  Columns as in
-- replay_rebuilt.
select r.risk_id, r.asset_id, e.computed_at <= $2::timestamptz as whole, false as left_out, h.rank, h.state,
       h.responsibility, h.due_at, h.next_crossing_at, h.reopens_at, h.soon_at,
       case when s.model is null then r.score else s.score end as score,
       case when s.model is null then r.band else s.band end as band,
       coalesce(s.model, e.model) as model,
       case when s.model is null then e.inputs else s.inputs end as inputs,
       case when s.model is null then e.points else s.points end as points,
       case when s.model is null then e.basis else s.basis end as basis,
       r.n_findings, r.class, r.layer, r.subject, r.location, r.title, r.source_ids, r.elements, r.fix_id, e.witness,
       e.members, e.reasons, e.control, e.category
  from (select risk_id, asset_id, rank, rank_since, state, responsibility, due_at, next_crossing_at, reopens_at, soon_at,
               score, band, n_findings, class, layer, subject, location, title, source_ids, elements, fix_id
          from isobar.risk
         where org_id = $1
           and risk_id > $3
         order by risk_id
         limit $4) as r
 cross join lateral (select computed_at, model, inputs, points, basis, witness, members, reasons, control, category
                       from isobar.risk_explanation
                      where org_id = $1
                        and risk_id = r.risk_id
                     offset 0) as e
  left join lateral (
       select r.rank, r.state, r.responsibility, r.due_at, r.next_crossing_at, r.reopens_at, r.soon_at
        where r.rank_since <= $2
        union all
       select rank, state, responsibility, due_at, next_crossing_at, reopens_at, soon_at
         from isobar.risk_rank_history
        where org_id = $1
          and risk_id = r.risk_id
          and valid_from <= $2
          and valid_to > $2
          and r.rank_since > $2
        limit 1) as h on true
  left join lateral (
       select score, band, model, inputs, points, basis
         from isobar.score_history
        where org_id = $1
          and risk_id = r.risk_id
          and valid_to > $2
          and e.computed_at > $2
        order by version
        limit 1) as s on true
 order by r.risk_id
