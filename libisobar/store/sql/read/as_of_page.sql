-- SPDX-License-Identifier: Apache-2.0
-- A page of the queue as it stood at $2: of what was kept of each risk, the row that held then, current or
-- former; its crossing passed, rank and state are those that it had then, whatever the sweeper did since.
-- What is asked by rank runs down an index and passes over rows of other times: quick, if enough rows are
-- of $2.  Where few can be (most were written since, or ended before), these few are read by time and sorted.
-- $1 org_id, $2 time, $3 and $4 rank and risk_id of the row before the page, $5 smallint[] responsibilities or
-- null, $6 most rows, $7 smallint[] states or null, $8 least rank, $9 smallint[] bands or null.  By rank and
-- risk_id, descending.  owner is who has it now.
with few as materialized (
    -- So many are counted for each page; of a million risks, each 250th that is passed by rank is then of the time.
    select (select count(*)
              from (select 1
                      from isobar.risk
                     where org_id = $1
                       and open
                       and rank_since <= $2::timestamptz
                     order by rank_since
                     limit 4000) as r) < 4000 as current,
           (select count(*)
              from (select 1
                      from isobar.risk_rank_history
                     where org_id = $1
                       and valid_to > $2
                     order by valid_to
                     limit 4000) as h) < 4000 as later,
           (select count(*)
              from (select 1
                      from isobar.risk_rank_history
                     where org_id = $1
                       and valid_from <= $2
                     order by valid_from
                     limit 4000) as h) < 4000 as earlier
), held as (
    -- Current rows: by time; by rank; and those that have crossed since.
    select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at
      from (select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at
              from isobar.risk
             where org_id = $1
               and open
               and rank_since <= $2
             order by rank_since
             limit 4000) as r
     where (select few.current from few)
    union all
    (select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at
       from isobar.risk
      where org_id = $1
        and open
        and (rank, risk_id) < ($3::bigint, $4::uuid)
        and rank >= $8::bigint
        and rank_since <= $2
        and (next_crossing_at is null or next_crossing_at > $2)
        and ($5::smallint[] is null or responsibility = any ($5))
        and ($7::smallint[] is null or state = any ($7))
        and ($9::smallint[] is null or (rank >> 12)::smallint = any ($9))
        and not (select few.current from few)
      order by rank desc, risk_id desc
      limit $6)
    union all
    select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at
      from isobar.risk
     where org_id = $1
       and next_crossing_at <= $2
       and rank_since <= $2
       and (state = 3 or open and not (select few.current from few))
    union all
    -- Former rows: by their end; by their begin; by rank; and those that crossed before they ended.
    select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at
      from (select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at, valid_from
              from isobar.risk_rank_history
             where org_id = $1
               and valid_to > $2
             order by valid_to
             limit 4000) as h
     where valid_from <= $2
       and (select few.later from few)
    union all
    select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at
      from (select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at, valid_to
              from isobar.risk_rank_history
             where org_id = $1
               and valid_from <= $2
             order by valid_from
             limit 4000) as h
     where valid_to > $2
       and (select few.earlier and not few.later from few)
    union all
    select h.risk_id, h.rank, h.state, h.responsibility, h.due_at, h.next_crossing_at, h.soon_at
      from (select risk_id, valid_from
              from isobar.risk_rank_history
             where org_id = $1
               and state <= 2
               and (next_crossing_at is null or next_crossing_at >= valid_to)
               and (rank, risk_id) < ($3, $4)
               and rank >= $8
               and valid_from <= $2
               and valid_to > $2
               and ($5 is null or responsibility = any ($5))
               and ($7 is null or state = any ($7))
               and ($9 is null or (rank >> 12)::smallint = any ($9))
               and (select not few.earlier and not few.later from few)
             order by rank desc, risk_id desc
             limit $6) as p
      join isobar.risk_rank_history as h
        on h.org_id = $1
       and h.risk_id = p.risk_id
       and h.valid_from = p.valid_from
    union all
    select risk_id, rank, state, responsibility, due_at, next_crossing_at, soon_at
      from isobar.risk_rank_history
     where org_id = $1
       and next_crossing_at < valid_to
       and valid_to > $2
       and valid_from <= $2
       and (select not few.earlier and not few.later from few)
), stood as (
    select risk_id, responsibility, due_at,
           case when next_crossing_at <= $2 and state = 3 then 0 else state end as state,
           case when next_crossing_at <= $2
                then ((rank >> 12) * 4 + case when due_at < $2 then 2
                                              when state = 3 and (soon_at > $2) is not false then 0
                                              else 1 end) * 1024 + (rank & 1023)
                else rank
           end as rank
      from held
), page as (
    select risk_id, rank, state, responsibility, due_at
      from stood
     where state <= 2
       and (rank, risk_id) < ($3, $4)
       and rank >= $8
       and ($9 is null or (rank >> 12)::smallint = any ($9))
       and ($5 is null or responsibility = any ($5))
       and ($7 is null or state = any ($7))
     order by rank desc, risk_id desc
     limit $6
)
select p.risk_id, p.rank, p.state::smallint as state, p.responsibility, p.due_at, r.title, r.subject, r.location,
       a.provider, a.account, a.region, a.type as asset_type, a.name as asset_name, a.id as asset, o.name as owner
  from page as p
  join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = p.risk_id
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
 order by p.rank desc, p.risk_id desc
