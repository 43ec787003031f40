-- SPDX-License-Identifier: Apache-2.0
-- Gives an estate of estate.sql a past of a year: each risk was stored at some time of it, more of them the
-- later it is, and was written 0 to 12 times since, with other scores, bands, slots and states; a fifth of what is
-- closed now was open then.  One former row in five hundred crossed before it ended:
-- the sweeper was late, or the risk was written first.  Draws are bits of a hash of
-- the risk's id, as there.
create function pg_temp.fraction(key text, which integer) returns double precision
    immutable parallel safe
    return (((hashtextextended(key, 100 + which / 4) >> (which % 4 * 16)) & 65535) / 65536.0)::double precision;

begin;
-- Indexes are made when all is there.
drop index isobar.risk_rank_history_page_idx, isobar.risk_rank_history_crossed_idx, isobar.risk_rank_history_to_idx,
    isobar.risk_rank_history_from_idx;
create temporary table life on commit drop as
select r.org_id, r.risk_id, r.rank, r.state, r.responsibility, r.due_at, s.stored_at, n.n,
       (now() - s.stored_at) / (n.n + 1) as step
  from isobar.risk as r,
       lateral (select now() - interval '365 days' * (1 - sqrt(pg_temp.fraction(r.risk_id::text, 0))) as stored_at) as s,
       lateral (select floor(pg_temp.fraction(r.risk_id::text, 1) * 13)::integer as n) as n
 where r.org_id = 1;

insert into isobar.risk_rank_history (org_id, rank, risk_id, valid_from, valid_to, state, responsibility, due_at,
                                      next_crossing_at)
select l.org_id, (b.band * 4 + b.slot) * 1024 + b.score, l.risk_id, l.stored_at + l.step * k, l.stored_at + l.step * (k + 1),
       case when b.d_state < 0.1 then 6 when b.d_state < 0.15 then 1 else 0 end, l.responsibility,
       l.stored_at + l.step * (k + 2),
       case when b.d_cross < 0.002 then l.stored_at + l.step * (k + 0.5) end
  from life as l
 cross join lateral generate_series(0, l.n - 1) as k
 cross join lateral (select case when d < 0.05 then 3 when d < 0.25 then 2 when d < 0.7 then 1 else 0 end as band,
                            floor(pg_temp.fraction(l.risk_id::text, 3 * k + 3) * 3)::integer as slot,
                            case when d < 0.05 then 700 when d < 0.25 then 500 when d < 0.7 then 300 else 0 end
                                + floor(pg_temp.fraction(l.risk_id::text, 3 * k + 4) * 200)::integer as score,
                            pg_temp.fraction(l.risk_id::text, 60 + k) as d_state,
                            pg_temp.fraction(l.risk_id::text, 80 + k) as d_cross
                       from (select pg_temp.fraction(l.risk_id::text, 3 * k + 2) as d) as x) as b
 order by l.stored_at + l.step * (k + 1);

update isobar.risk as r
   set rank_since = l.stored_at + l.step * l.n
  from life as l
 where r.org_id = l.org_id
   and r.risk_id = l.risk_id;

create index risk_rank_history_page_idx
    on isobar.risk_rank_history (org_id, rank desc, risk_id desc) include (valid_from, valid_to, state, responsibility)
    where state <= 2 and (next_crossing_at is null or next_crossing_at >= valid_to);
create index risk_rank_history_crossed_idx on isobar.risk_rank_history (org_id, valid_to, valid_from)
    where next_crossing_at < valid_to;
create index risk_rank_history_to_idx on isobar.risk_rank_history (org_id, valid_to);
create index risk_rank_history_from_idx on isobar.risk_rank_history (org_id, valid_from);
commit;

vacuum (full, analyze) isobar.risk;
vacuum (analyze) isobar.risk_rank_history;
