-- SPDX-License-Identifier: Apache-2.0
-- Asks for an acceptance, and stores the answer to the request.
-- $1 org_id, $2 now, $3 actor, $4 acceptance_id, $5 risk_id, $6 filter, $7 fix_id (one of these three),
-- $8 reason, $9 requested_by, $10 ends_at, $11 route, $12 key (null: of no request), $13 fingerprint, $14 kept
-- until, $15 status, $16 answer.
-- Returns one row: written, busy (the same key is being answered), taken (it was).
with turn as materialized (
    select $12::text is null
           or pg_try_advisory_xact_lock(hashtextextended($1::bigint::text || ' ' || $11 || ' ' || $12, 0)) as mine
), keyed as (
    insert into isobar.idempotency_key as k (org_id, route, key, fingerprint, status, body, created_at, expires_at)
    select $1, $11, $12, $13, $15, convert_to($16, 'UTF8'), $2, $14
      from turn
     where mine
       and $12::text is not null
    on conflict (org_id, route, key) do update
       set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     where k.expires_at <= $2
 returning k.key
), put as (
    insert into isobar.acceptance (org_id, acceptance_id, risk_id, filter, fix_id, state, reason, requested_by,
                                   requested_at, starts_at, ends_at, actor, valid_from)
    select $1, $4, $5, $6, $7, 0, $8, $9, $2, $2, $10, $3, $2
      from turn
     where mine
       and ($12::text is null or exists (select from keyed))
 returning acceptance_id
)
select exists (select from put) as written, not t.mine as busy,
       t.mine and not exists (select from put) as taken
  from turn as t
