-- SPDX-License-Identifier: Apache-2.0
-- Writes what time alone has changed: an event of each crossing, once, and the row as it stands since.  A
-- risk that was written since it was read is left for the next sweep.
-- $1 org_id, $2 jsonb: as of decide_write.  Returns n (risks), marked (assets to be scored again).
with decision as materialized (
    select d.*
      from jsonb_to_recordset($2::jsonb) as d (
               risk uuid, version bigint, at timestamptz, state smallint, rank bigint, due_at timestamptz,
               next_crossing_at timestamptz, soon_at timestamptz, warn_at timestamptz, reopens_at timestamptz,
               policy_id bigint, crossings jsonb, mark boolean)
), held as materialized (
    select r.risk_id, r.asset_id, r.fix_id, r.rank, r.rank_since, r.state, r.band, r.responsibility, r.score,
           r.open, r.acceptance_id, r.due_at as was_due_at, r.next_crossing_at as was_next_crossing_at,
           r.reopens_at as was_reopens_at, r.soon_at as was_soon_at,
           (r.rank, r.state, r.due_at, r.next_crossing_at, r.reopens_at, r.soon_at)
           is distinct from (d.rank, d.state, d.due_at, d.next_crossing_at, d.reopens_at, d.soon_at) as is_moved,
           d.at, d.state as to_state, d.rank as to_rank, d.due_at, d.next_crossing_at,
           d.soon_at, d.warn_at, d.reopens_at, d.policy_id, d.crossings, d.mark
      from decision as d
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = d.risk
       and r.version = d.version
     order by r.risk_id
       for update of r
), moved as (
    update isobar.risk as r
       set state = h.to_state, open = h.to_state <= 2, rank = h.to_rank,
           rank_since = case when h.is_moved then greatest(r.rank_since, h.at) else r.rank_since end,
           due_at = h.due_at, next_crossing_at = h.next_crossing_at, soon_at = h.soon_at, warn_at = h.warn_at,
           reopens_at = h.reopens_at, policy_id = h.policy_id,
           acceptance_id = case when h.to_state = 3 then r.acceptance_id end,
           accepted_by_rule = h.to_state = 3 and r.accepted_by_rule, version = r.version + 1
      from held as h
     where r.org_id = $1
       and r.risk_id = h.risk_id
), former as (
    insert into isobar.risk_rank_history (org_id, rank, risk_id, valid_from, valid_to, state, responsibility,
                                          due_at, next_crossing_at, reopens_at, soon_at)
    select $1, rank, risk_id, rank_since, at, state, responsibility, was_due_at, was_next_crossing_at,
           was_reopens_at, was_soon_at
      from held
     where is_moved
       and rank_since < at
    on conflict (org_id, risk_id, valid_from) do nothing
), events as (
    insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, due_at, actor, reason, cause_id)
    select $1, h.risk_id, c.at, c.kind, c.state, h.band, h.score, c.due_at, 'system', c.reason,
           case when c.kind in (2, 11) then h.acceptance_id end
      from held as h
     cross join jsonb_to_recordset(h.crossings)
             as c (at timestamptz, kind smallint, state smallint, due_at timestamptz, reason text)
     order by c.at, h.risk_id
    on conflict do nothing
), marks as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct $1::bigint, asset_id, 0::bigint
      from held
     where mark
 returning asset_id
), fixes as (
    insert into isobar.fix_mark (org_id, fix_ids, kinds, upgrade_ids, asset_ids, providers, accounts, subjects,
                                 parts)
    select $1, array_agg(f.fix_id), array_agg(-1::smallint), array_agg(null::uuid), array_agg(null::uuid),
           array_agg(0::smallint), array_agg(''::text), array_agg(''::text), array_agg(f.parts)
      from (select fix_id, bit_or(1::bigint << (get_byte(uuid_send(risk_id), 0) >> 2)) as parts
              from held
             where mark
               and fix_id is not null
             group by fix_id) as f
    having count(*) > 0
), counted as (
    insert into isobar.queue_count as q (org_id, band, state, responsibility, n)
    select $1, c.band, c.state, c.responsibility, sum(c.n)
      from (select band, state, responsibility, -1 as n
              from held
             where state <> to_state
             union all
            select band, to_state, responsibility, 1
              from held
             where state <> to_state) as c
     group by c.band, c.state, c.responsibility
    having sum(c.n) <> 0
     order by c.band, c.state, c.responsibility
    on conflict (org_id, band, state, responsibility) do update
       set n = q.n + excluded.n
 returning 1
), next as (
    insert into isobar.queue_version as v (org_id, version)
    select $1, 1
     where exists (select from held)
       and (select count(*) from counted) >= 0
    on conflict (org_id) do update
       set version = v.version + 1
 returning version
), published as (
    insert into isobar.queue_change (org_id, version, part, risk_ids)
    select $1, n.version, 1, array(select risk_id from held)
      from next as n
)
select (select count(*) from held) as n, (select count(*) from marks) as marked,
       (select pg_notify('isobar_queue', $1::text) from next) as told
