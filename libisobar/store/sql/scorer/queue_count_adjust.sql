-- Moves the counters by what a transaction has changed; its last statement, so that transactions wait
-- for one another only there.
-- $1 org_id, $2 smallint[] bands, $3 smallint[] states, $4 smallint[] responsibilities, $5 bigint[]
-- how many more.
insert into isobar.queue_count as q (org_id, band, state, responsibility, n)
select $1, d.band, d.state, d.responsibility, d.n
  from unnest($2::smallint[], $3::smallint[], $4::smallint[], $5::bigint[])
    as d (band, state, responsibility, n)
 order by d.band, d.state, d.responsibility
on conflict (org_id, band, state, responsibility) do update
   set n = q.n + excluded.n
