-- What happened to the known risks of a page; of a crossing that was told already, nothing.
-- $1 org_id.  Reads page_event.
insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, due_at, actor, reason, run_id,
                               cause_id)
select $1, risk_id, at, kind, state, band, score, due_at, 'system', reason, run_id, cause_id
  from page_event
    on conflict do nothing
