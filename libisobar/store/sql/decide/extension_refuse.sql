-- SPDX-License-Identifier: Apache-2.0
-- Refuses a later due time that was asked for, once, and stores the answer to the request.
-- $1 org_id, $2 now, $3 actor, $4 extension_id, $5 route, $6 key, $7 fingerprint, $8 kept until, $9 status,
-- $10 answer, $11 reason.  Returns one row: written, busy, taken, as decide_write.
with turn as materialized (
    select pg_try_advisory_xact_lock(hashtextextended($1::bigint::text || ' ' || $5 || ' ' || $6, 0)) as mine
), asked as materialized (
    select e.extension_id
      from isobar.sla_extension as e
     where e.org_id = $1
       and e.extension_id = $4
       and e.state = 0
       and (select mine from turn)
       for update
), keyed as (
    insert into isobar.idempotency_key as k (org_id, route, key, fingerprint, status, body, created_at, expires_at)
    select $1, $5, $6, $7, $9, convert_to($10, 'UTF8'), $2, $8
      from asked
    on conflict (org_id, route, key) do update
       set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     where k.expires_at <= $2
 returning k.key
), refused as (
    update isobar.sla_extension as e
       set state = 2, decided_by = $3, decided_at = $2
      from asked as a
     where e.org_id = $1
       and e.extension_id = a.extension_id
       and exists (select from keyed)
 returning e.extension_id, e.risk_id
), noted as (
    insert into isobar.risk_note (org_id, note_id, risk_id, actor, body, written_at)
    select $1, extension_id, risk_id, $3, $11, $2
      from refused
)
select exists (select from refused) as written, not t.mine as busy,
       exists (select from asked) and not exists (select from keyed) as taken
  from turn as t
