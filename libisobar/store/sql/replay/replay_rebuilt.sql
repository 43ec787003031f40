-- SPDX-License-Identifier: Apache-2.0
-- A page of the risks of a scratch schema.  whole: it was computed, not only taken over.  left_out: of the asset a
-- record could not be read, or it waits to be scored, and so what was made of it cannot be told.
-- $1 org_id, $2 risk_id of the last one of the page before, $3 most rows.  By risk_id.
select r.risk_id, r.asset_id, e.computed_at <> '-infinity' as whole,
       exists (select
                 from replay_unread as u
                where u.asset_id = r.asset_id) as left_out,
       r.rank, r.state, r.responsibility, r.due_at, r.next_crossing_at, r.reopens_at, r.soon_at, r.score, r.band, e.model,
       e.inputs, e.points, e.basis, r.n_findings, r.class, r.layer, r.subject, r.location, r.title, r.source_ids,
       r.elements, r.fix_id, e.witness, e.members, e.reasons, e.control, e.category
  from (select risk_id, asset_id, rank, state, responsibility, due_at, next_crossing_at, reopens_at, soon_at, score, band,
               n_findings, class, layer, subject, location, title, source_ids, elements, fix_id
          from risk
         where org_id = $1
           and risk_id > $2
         order by risk_id
         limit $3) as r
 cross join lateral (select computed_at, model, inputs, points, basis, witness, members, reasons, control, category
                       from risk_explanation
                      where org_id = $1
                        and risk_id = r.risk_id
                     offset 0) as e
 order by r.risk_id
