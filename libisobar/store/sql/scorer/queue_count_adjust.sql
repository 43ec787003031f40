-- Moves the counters by what a page of risks is about to change.
-- $1 org_id.  Reads page_risk; runs before risk_update and risk_insert.
with delta as (
    select band, state, responsibility, 1 as n
      from page_risk
    union all
    select r.band, r.state, r.responsibility, -1
      from page_risk as p
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = p.risk_id
     where not p.is_new
)
insert into isobar.queue_count as q (org_id, band, state, responsibility, n)
select $1::bigint, band, state, responsibility, sum(n)
  from delta
 group by band, state, responsibility
having sum(n) <> 0
on conflict (org_id, band, state, responsibility) do update
   set n = q.n + excluded.n
