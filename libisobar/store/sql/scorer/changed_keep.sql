-- SPDX-License-Identifier: Apache-2.0
-- Notes which risks a slice has written, for changed_publish.
-- No parameters.  Reads page_risk.
-- no org_id: rows of one org.
insert into batch_change (risk_ids)
select array_agg(risk_id)
  from page_risk
having count(*) > 0
