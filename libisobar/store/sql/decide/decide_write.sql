-- SPDX-License-Identifier: Apache-2.0
-- Writes what people decided of some risks, each only if it still has the version that the decision was
-- made on: its row, ledger, events, claims, leases, counters, marks, and the answer to the request.
-- $1 org_id, $2 now, $3 actor, $4 jsonb: the decisions, $5 whether none is written unless all can be,
-- $6 route, $7 key (null: of no request), $8 fingerprint, $9 kept until, $10 status, $11 head and $12 tail of
-- the answer.  Between those stand done or lost of each decision, by n; one without a risk was refused before.
-- Returns one row: written, busy (the same key is being answered), taken (it was), answer, n_lost.
-- Order of locks: risks by id, then counters, then the version of the queue, as scoring has it.
with decision as materialized (
    select d.*
      from jsonb_to_recordset($4::jsonb) as d (
               n integer, risk uuid, version bigint, at timestamptz, state smallint, rank bigint, due_at timestamptz,
               next_crossing_at timestamptz, reopens_at timestamptz, policy_id bigint, owner_id bigint, owner_basis smallint,
               soon_at timestamptz, warn_at timestamptz, drop_from timestamptz, segments jsonb, crossings jsonb, event smallint, event_reason text, cause uuid, claim smallint,
               reason text, note uuid, lease smallint, lease_until timestamptz, mark boolean, extension uuid,
               acceptance uuid, acceptance_was smallint, acceptance_to smallint, acceptance_reason text, done text, lost text)
), turn as materialized (
    select $7::text is null
           or pg_try_advisory_xact_lock(hashtextextended($1::bigint::text || ' ' || $6 || ' ' || $7, 0)) as mine
), asked as materialized (
    -- A request for a later due time is decided once.
    select e.extension_id
      from isobar.sla_extension as e
     where e.org_id = $1
       and e.extension_id in (select extension from decision)
       and e.state = 0
       for update
), accepting as materialized (
    -- And an acceptance of one risk, with the move of the risk; the reason null: the one that it has.
    select x.*, d.acceptance_to, d.acceptance_reason
      from isobar.acceptance as x
      join decision as d
        on d.acceptance = x.acceptance_id
     where x.org_id = $1
       and x.state = d.acceptance_was
       for update of x
), held as materialized (
    select d.n, r.risk_id, r.asset_id, r.fix_id, r.rank, r.rank_since, r.state, r.band, r.responsibility, r.score,
           r.open, r.acceptance_id, r.due_at as was_due_at, r.next_crossing_at as was_next_crossing_at,
           r.reopens_at as was_reopens_at, r.soon_at as was_soon_at,
           (r.rank, r.state, r.due_at, r.next_crossing_at, r.reopens_at, r.soon_at)
           is distinct from (d.rank, d.state, d.due_at, d.next_crossing_at, d.reopens_at, d.soon_at) as is_moved
      from decision as d
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = d.risk
       and r.version = d.version
     where (select mine from turn)
       and (d.extension is null or d.extension in (select extension_id from asked))
       and (d.acceptance is null or d.acceptance in (select acceptance_id from accepting))
     order by r.risk_id
       for update of r
), answer as materialized (
    select $11 || string_agg(case when h.n is null then d.lost else d.done end, ',' order by d.n) || $12 as body,
           count(*) filter (where d.risk is not null and h.n is null) as n_lost
      from decision as d
      left join held as h
        on h.n = d.n
), agreed as materialized (
    select a.body
      from answer as a
     cross join turn as t
     where t.mine
       and (a.n_lost = 0 or not $5)
), keyed as (
    insert into isobar.idempotency_key as k (org_id, route, key, fingerprint, status, body, created_at, expires_at)
    select $1, $6, $7, $8, $10, convert_to(a.body, 'UTF8'), $2, $9
      from agreed as a
     where $7::text is not null
    on conflict (org_id, route, key) do update
       set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     where k.expires_at <= $2
 returning k.key
), going as materialized (
    select h.*, d.version, d.at, d.state as to_state, d.rank as to_rank, d.due_at, d.next_crossing_at, d.reopens_at,
           d.soon_at, d.warn_at, d.policy_id, d.owner_id, d.owner_basis, d.drop_from, d.segments, d.crossings, d.event, d.event_reason, d.cause, d.claim, d.reason,
           d.note, d.lease, d.lease_until, d.mark, d.extension, d.acceptance
      from held as h
      join decision as d
        on d.n = h.n
     where exists (select from agreed)
       and ($7::text is null or exists (select from keyed))
), moved as (
    update isobar.risk as r
       set state = g.to_state, open = g.to_state <= 2, rank = g.to_rank,
           rank_since = case when g.is_moved then greatest(r.rank_since, g.at) else r.rank_since end,
           due_at = g.due_at, next_crossing_at = g.next_crossing_at, reopens_at = g.reopens_at,
           soon_at = g.soon_at, warn_at = g.warn_at,
           acceptance_id = case when g.to_state <> 3 then null when g.event = 2 then g.cause else r.acceptance_id end,
           accepted_by_rule = g.to_state = 3 and g.event <> 2 and r.accepted_by_rule,
           policy_id = g.policy_id, owner_id = g.owner_id, owner_basis = g.owner_basis, version = r.version + 1
      from going as g
     where r.org_id = $1
       and r.risk_id = g.risk_id
), former as (
    insert into isobar.risk_rank_history (org_id, rank, risk_id, valid_from, valid_to, state, responsibility,
                                          due_at, next_crossing_at, reopens_at, soon_at)
    select $1, g.rank, g.risk_id, g.rank_since, g.at, g.state, g.responsibility, g.was_due_at,
           g.was_next_crossing_at, g.was_reopens_at, g.was_soon_at
      from going as g
     where g.is_moved
       and g.rank_since < g.at
    on conflict (org_id, risk_id, valid_from) do nothing
), ended as (
    delete from isobar.sla_segment as s
     using going as g
     where s.org_id = $1
       and s.risk_id = g.risk_id
       and s.from_at >= g.drop_from
), begun as (
    insert into isobar.sla_segment (org_id, risk_id, segment_no, from_at, mode, reason, actor, band, due_at)
    select $1, g.risk_id, s.no, s.from_at, s.mode, s.reason, $3, g.band, s.due_at
      from going as g
     cross join jsonb_to_recordset(g.segments)
             as s (no smallint, from_at timestamptz, mode smallint, reason text, due_at timestamptz)
), crossed as (
    -- What time alone did before, in front of the decision.
    insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, due_at, actor, reason, cause_id)
    select $1, g.risk_id, c.at, c.kind, c.state, g.band, g.score, c.due_at, 'system', c.reason,
           case when c.kind in (2, 11) then g.acceptance_id end
      from going as g
     cross join jsonb_to_recordset(g.crossings)
             as c (at timestamptz, kind smallint, state smallint, due_at timestamptz, reason text)
     order by g.risk_id, c.at
    on conflict do nothing
 returning event_id
), told as (
    insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, due_at, actor, reason, cause_id)
    select $1, g.risk_id, g.at, g.event, g.to_state, g.band, g.score, g.due_at, $3, g.event_reason, g.cause
      from going as g
     where (select count(*) from crossed) >= 0
), claimed as (
    -- A false positive is said of what the risk is made of now: something else in it is new evidence.
    insert into isobar.risk_claim (org_id, risk_id, claim, actor, reason, claimed_at, evidence)
    select $1, g.risk_id, g.claim, $3, g.reason,
           greatest(g.at, (select max(c.claimed_at) + interval '1 microsecond'
                             from isobar.risk_claim as c
                            where c.org_id = $1
                              and c.risk_id = g.risk_id)),
           case when g.claim = 2 then coalesce(e.members, '{}') else '{}' end
      from going as g
      left join isobar.risk_explanation as e
        on e.org_id = $1
       and e.risk_id = g.risk_id
     where g.claim >= 0
), noted as (
    -- Why an owner was set: there is no claim to say it in.
    insert into isobar.risk_note (org_id, note_id, risk_id, actor, body, written_at)
    select $1, g.note, g.risk_id, $3, g.reason, g.at
      from going as g
     where g.claim < 0
       and g.reason <> ''
), taken as (
    insert into isobar.risk_lease as l (org_id, risk_id, holder, claimed_at, expires_at)
    select $1, g.risk_id, $3, g.at, g.lease_until
      from going as g
     where g.lease = 1
    on conflict (org_id, risk_id) do update
       set holder = excluded.holder, expires_at = excluded.expires_at,
           claimed_at = case when l.holder = excluded.holder and l.expires_at > $2 then l.claimed_at
                             else excluded.claimed_at end
), released as (
    delete from isobar.risk_lease as l
     using going as g
     where l.org_id = $1
       and l.risk_id = g.risk_id
       and g.lease = 2
), extended as (
    update isobar.sla_extension as e
       set state = 1, decided_by = $3, decided_at = g.at
      from going as g
     where e.org_id = $1
       and e.extension_id = g.extension
), accepted as (
    update isobar.acceptance as x
       set state = a.acceptance_to, reason = coalesce(a.acceptance_reason, x.reason), actor = $3,
           valid_from = $2,
           approved_by = case when a.acceptance_to = 3 then x.approved_by else $3 end,
           approved_at = case when a.acceptance_to = 3 then x.approved_at else $2 end,
           starts_at = case when a.acceptance_to = 1 then $2 else x.starts_at end
      from accepting as a
     where x.org_id = $1
       and x.acceptance_id = a.acceptance_id
       and x.acceptance_id in (select acceptance from going)
), asked_before as (
    insert into isobar.acceptance_version (org_id, acceptance_id, risk_id, filter, fix_id, state, reason,
                                           requested_by, requested_at, approved_by, approved_at, starts_at, ends_at,
                                           actor, valid_from, valid_to)
    select $1, a.acceptance_id, a.risk_id, a.filter, a.fix_id, a.state, a.reason, a.requested_by, a.requested_at,
           a.approved_by, a.approved_at, a.starts_at, a.ends_at, a.actor, a.valid_from, $2
      from accepting as a
     where a.acceptance_id in (select acceptance from going)
       and a.valid_from < $2
    on conflict (org_id, acceptance_id, valid_from) do nothing
), dirty as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct $1::bigint, g.asset_id, 0::bigint
      from going as g
     where g.mark
), fixes as (
    insert into isobar.fix_mark (org_id, fix_ids, kinds, upgrade_ids, asset_ids, providers, accounts, subjects,
                                 parts)
    select $1, array_agg(f.fix_id), array_agg(-1::smallint), array_agg(null::uuid), array_agg(null::uuid),
           array_agg(0::smallint), array_agg(''::text), array_agg(''::text), array_agg(f.parts)
      from (select fix_id, bit_or(1::bigint << (get_byte(uuid_send(risk_id), 0) >> 2)) as parts
              from going
             where mark
               and fix_id is not null
             group by fix_id) as f
    having count(*) > 0
), counted as (
    insert into isobar.queue_count as q (org_id, band, state, responsibility, n)
    select $1, c.band, c.state, c.responsibility, sum(c.n)
      from (select band, state, responsibility, -1 as n
              from going
             where state <> to_state
             union all
            select band, to_state, responsibility, 1
              from going
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
     where exists (select from going)
       and (select count(*) from counted) >= 0
    on conflict (org_id) do update
       set version = v.version + 1
 returning version
), published as (
    insert into isobar.queue_change (org_id, version, part, risk_ids)
    select $1, n.version, 1, array(select risk_id from going)
      from next as n
)
select exists (select from going) as written, not t.mine as busy,
       exists (select from agreed) and $7::text is not null and not exists (select from keyed) as taken,
       a.body as answer, a.n_lost,
       (select pg_notify('isobar_queue', $1::text) from next) as told
  from answer as a
 cross join turn as t
