-- Writes the explanations of a page's new risks.
-- $1 org_id, $2 model.  Reads page_risk.
insert into isobar.risk_explanation (org_id, risk_id, model, computed_at, inputs, points, basis, witness,
                                     members, reasons, control, category)
select $1, risk_id, $2, rank_since, inputs, points, basis, witness, members, reasons, control,
       category
  from page_risk
 where is_new
