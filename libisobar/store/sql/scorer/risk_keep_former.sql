-- Keeps former scores and ranks of the risks that a page is about to change.
-- $1 org_id, $2 now.  Reads page_risk.
with old as (
    select r.risk_id, r.score, r.band, r.rank, r.rank_since, r.open, e.inputs, e.model,
           p.score as new_score, p.rank as new_rank, p.state as new_state
      from page_risk as p
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = p.risk_id
      join isobar.risk_explanation as e
        on e.org_id = $1
       and e.risk_id = p.risk_id
     where not p.is_new
), scores as (
    insert into isobar.score_history (org_id, risk_id, score, band, inputs, model, valid_to)
    select $1, risk_id, score, band, inputs, model, $2
      from old
     where score <> new_score
)
insert into isobar.risk_rank_history (org_id, rank, risk_id, valid_from, valid_to)
select $1, rank, risk_id, rank_since, $2
  from old
 where open
   and (rank <> new_rank or new_state > 2)
   and rank_since < $2
on conflict (org_id, rank, risk_id, valid_from) do nothing
