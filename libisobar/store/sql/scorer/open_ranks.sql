-- One page of the open risks in the order of the queue, as it is stored.
-- $1 org_id, $2 rank, $3 risk_id of the last one of the page before, $4 most rows.  Column order is that of
-- rank_read().
select risk_id, rank
  from isobar.risk
 where org_id = $1
   and open
   and (rank, risk_id) < ($2, $3)
 order by rank desc, risk_id desc
 limit $4
