-- SPDX-License-Identifier: Apache-2.0
-- Approves, refuses or revokes an acceptance that still has the state that this was decided on; keeps the
-- former row, marks the assets that it may be about, and stores the answer to the request.
-- $1 org_id, $2 now, $3 actor, $4 acceptance_id, $5 its state, $6 its next state, $7 why, or null for the
-- reason that it has, $8 route, $9 key (null: of no request), $10 fingerprint, $11 kept until, $12 status,
-- $13 answer, $14 whether assets are marked, and these: $15 fix_id, $16 smallint[] bands, $17 smallint[] classes,
-- $18 smallint[] providers, $19 accounts, $20 regions, $21 types, $22 subjects, $23 assets, as risks_mark.
-- Returns one row: written, busy, taken, as acceptance_put; neither: its state is another one.
with turn as materialized (
    select $9::text is null
           or pg_try_advisory_xact_lock(hashtextextended($1::bigint::text || ' ' || $8 || ' ' || $9, 0)) as mine
), asked as materialized (
    select acceptance_id, risk_id, filter, fix_id, state, reason, requested_by, requested_at, approved_by,
           approved_at, starts_at, ends_at, actor, valid_from
      from isobar.acceptance
     where org_id = $1
       and acceptance_id = $4
       and state = $5
       and (select mine from turn)
       for update
), keyed as (
    insert into isobar.idempotency_key as k (org_id, route, key, fingerprint, status, body, created_at, expires_at)
    select $1, $8, $9, $10, $12, convert_to($13, 'UTF8'), $2, $11
      from asked
     where $9::text is not null
    on conflict (org_id, route, key) do update
       set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     where k.expires_at <= $2
 returning k.key
), decided as (
    update isobar.acceptance as x
       set state = $6::smallint, reason = coalesce($7, x.reason), actor = $3, valid_from = $2,
           approved_by = case when $6::smallint = 3 then x.approved_by else $3 end,
           approved_at = case when $6::smallint = 3 then x.approved_at else $2 end,
           starts_at = case when $6::smallint = 1 then $2 else x.starts_at end
      from asked as a
     where x.org_id = $1
       and x.acceptance_id = a.acceptance_id
       and ($9::text is null or exists (select from keyed))
 returning x.acceptance_id
), former as (
    insert into isobar.acceptance_version (org_id, acceptance_id, risk_id, filter, fix_id, state, reason,
                                           requested_by, requested_at, approved_by, approved_at, starts_at, ends_at,
                                           actor, valid_from, valid_to)
    select $1, a.acceptance_id, a.risk_id, a.filter, a.fix_id, a.state, a.reason, a.requested_by, a.requested_at,
           a.approved_by, a.approved_at, a.starts_at, a.ends_at, a.actor, a.valid_from, $2
      from asked as a
      join decided as d
        on d.acceptance_id = a.acceptance_id
     where a.valid_from < $2
    on conflict (org_id, acceptance_id, valid_from) do nothing
), touched as (
    select distinct r.asset_id
      from isobar.risk as r
      left join isobar.asset as a
        on a.org_id = r.org_id
       and a.asset_id = r.asset_id
     where r.org_id = $1
       and r.state <> 6
       and $14::boolean
       and exists (select from decided)
       and ($15::uuid is null or r.fix_id = $15)
       and ($16::smallint[] is null or r.band = any ($16))
       and ($17::smallint[] is null or r.class = any ($17))
       and ($18::smallint[] is null or a.provider = any ($18))
       and ($19::text[] is null or a.account ilike any ($19))
       and ($20::text[] is null or a.region ilike any ($20))
       and ($21::text[] is null or a.type ilike any ($21))
       and ($22::text[] is null or r.subject ilike any ($22))
       and ($23::text[] is null or a.id ilike any ($23) or a.name ilike any ($23))
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0::bigint
      from touched
     order by asset_id
 returning 1
)
select exists (select from decided) as written, not t.mine as busy,
       exists (select from asked) and not exists (select from decided) as taken
  from turn as t
