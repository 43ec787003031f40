-- The first event of each new risk of a page.
-- $1 org_id.  Reads page_risk.
insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, due_at, actor, reason)
select $1, risk_id, opened_at, 0, state, band, score, due_at, 'system', 'opened'
  from page_risk
 where is_new
