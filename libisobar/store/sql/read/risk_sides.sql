-- One page of all risks of an org with what moves: score, band, state, place and times.
-- $1 org_id, $2 risk_id of the last one of the page before, $3 most rows.  By risk_id.  Column order is that
-- of side_read().
select risk_id, asset_id, rank, due_at, next_crossing_at, reopens_at, soon_at, resolved_at, score, band, state,
       responsibility
  from isobar.risk
 where org_id = $1
   and risk_id > $2
 order by risk_id
 limit $3
