-- Writes the explanations of a page's changed risks.
-- $1 org_id, $2 model.  Reads page_risk.
update isobar.risk_explanation as e
   set model = $2, computed_at = p.rank_since, inputs = p.inputs, points = p.points, basis = p.basis,
       witness = p.witness, members = p.members, reasons = p.reasons, control = p.control,
       category = p.category
  from page_risk as p
 where e.org_id = $1
   and e.risk_id = p.risk_id
   and not p.is_new
