-- SPDX-License-Identifier: Apache-2.0
-- Asks for a later due time of a risk, and stores the answer to the request.
-- $1 org_id, $2 now, $3 actor, $4 extension_id, $5 risk_id, $6 due_at, $7 reason, $8 route, $9 key (null: of no
-- request), $10 fingerprint, $11 kept until, $12 status, $13 answer.
-- Returns one row: written, busy, taken, as decide_write.
with turn as materialized (
    select $9::text is null
           or pg_try_advisory_xact_lock(hashtextextended($1::bigint::text || ' ' || $8 || ' ' || $9, 0)) as mine
), keyed as (
    insert into isobar.idempotency_key as k (org_id, route, key, fingerprint, status, body, created_at, expires_at)
    select $1, $8, $9, $10, $12, convert_to($13, 'UTF8'), $2, $11
      from turn
     where mine
       and $9::text is not null
    on conflict (org_id, route, key) do update
       set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     where k.expires_at <= $2
 returning k.key
), put as (
    insert into isobar.sla_extension (org_id, extension_id, risk_id, due_at, state, reason, requested_by, requested_at)
    select $1, $4, $5, $6, 0, $7, $3, $2
      from turn
     where mine
       and ($9::text is null or exists (select from keyed))
 returning extension_id
)
select exists (select from put) as written, not t.mine as busy,
       t.mine and not exists (select from put) as taken
  from turn as t
