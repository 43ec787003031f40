-- Keeps what the risks that a page is about to change were until now: the score and what it was made of,
-- and what the queue read of them.
-- $1 org_id, $2 model.  Reads page_risk.
with old as (
    select r.risk_id, r.version, r.score, r.band, r.rank, r.rank_since, r.state, r.responsibility, r.due_at,
           r.next_crossing_at, r.reopens_at, r.soon_at, e.inputs, e.points, e.basis, e.model,
           p.rank_since as at, p.inputs as new_inputs, p.basis as new_basis,
           (r.rank, r.state, r.responsibility, r.due_at, r.next_crossing_at, r.reopens_at, r.soon_at)
           is distinct from
           (p.rank, p.state, p.responsibility, p.due_at, p.next_crossing_at, p.reopens_at, p.soon_at) as is_moved
      from page_risk as p
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = p.risk_id
      join isobar.risk_explanation as e
        on e.org_id = $1
       and e.risk_id = p.risk_id
     where not p.is_new
), scores as (
    insert into isobar.score_history (org_id, risk_id, score, band, inputs, model, valid_to, version, points, basis)
    select $1, risk_id, score, band, inputs, model, at, version, points, basis
      from old
     where inputs <> new_inputs
        or basis <> new_basis
        or model <> $2
)
insert into isobar.risk_rank_history (org_id, rank, risk_id, valid_from, valid_to, state, responsibility, due_at,
                                      next_crossing_at, reopens_at, soon_at)
select $1, rank, risk_id, rank_since, at, state, responsibility, due_at, next_crossing_at, reopens_at, soon_at
  from old
 where is_moved
   and rank_since < at
on conflict (org_id, risk_id, valid_from) do nothing
