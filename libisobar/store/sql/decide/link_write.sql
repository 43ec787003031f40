-- SPDX-License-Identifier: Apache-2.0
-- Writes a link, a split or the end of either of some findings, if the risk still has the version that it was
-- decided on: the rows and their former ones, an event and a note with the reason, a mark, and the answer to the
-- request.  The risk is written by scoring, which comes to the asset by its mark.
-- $1 org_id, $2 now, $3 actor, $4 reason, $5 change (0 link, 1 split, 2 neither), $6 risk_id, $7 its version,
-- $8 place (the risk_id to be stored), $9 uuid[] findings, $10 uuid[] risks that they leave, $11 note_id,
-- $12 route, $13 key (null: of no request), $14 fingerprint, $15 kept until, $16 status, $17 answer.
-- Returns one row: written, busy, taken, as decide_write.  Order of locks: as there.
with turn as materialized (
    select $13::text is null
           or pg_try_advisory_xact_lock(hashtextextended($1::bigint::text || ' ' || $12 || ' ' || $13, 0)) as mine
), held as materialized (
    select r.risk_id, r.asset_id, r.state, r.band, r.score, r.due_at
      from isobar.risk as r
     where r.org_id = $1
       and r.risk_id = $6
       and r.version = $7
       and (select mine from turn)
       for update of r
), keyed as (
    insert into isobar.idempotency_key as k (org_id, route, key, fingerprint, status, body, created_at, expires_at)
    select $1, $12, $13, $14, $16, convert_to($17, 'UTF8'), $2, $15
      from held
     where $13::text is not null
    on conflict (org_id, route, key) do update
       set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     where k.expires_at <= $2
 returning k.key
), going as materialized (
    select h.*
      from held as h
     where $13::text is null
        or exists (select from keyed)
), before as materialized (
    select l.*, greatest($2::timestamptz, l.valid_from + interval '1 microsecond') as until
      from isobar.risk_link as l
     cross join going
     where l.org_id = $1
       and l.finding_id = any ($9::uuid[])
     order by l.finding_id
       for update of l
), kept as (
    insert into isobar.risk_link_version (org_id, finding_id, risk_id, kind, actor, reason, valid_from, valid_to,
                                          origin)
    select $1, finding_id, risk_id, kind, actor, reason, valid_from, until, origin
      from before
), removed as (
    delete from isobar.risk_link as l
     using before as b
     where l.org_id = $1
       and l.finding_id = b.finding_id
       and $5::integer = 2
), put as (
    -- No two versions of one finding begin at one instant, whatever the clock says.
    insert into isobar.risk_link (org_id, finding_id, risk_id, kind, actor, reason, valid_from, origin)
    select $1, f.finding_id, $8, $5, $3, $4,
           greatest($2::timestamptz, b.until, (select max(v.valid_to)
                                                 from isobar.risk_link_version as v
                                                where v.org_id = $1
                                                  and v.finding_id = f.finding_id)),
           case when $5::integer = 1 then $6::uuid end
      from unnest($9::uuid[]) as f (finding_id)
     cross join going
      left join before as b
        on b.finding_id = f.finding_id
     where $5::integer < 2
    on conflict (org_id, finding_id) do update
       set risk_id = excluded.risk_id, kind = excluded.kind, actor = excluded.actor, reason = excluded.reason,
           valid_from = excluded.valid_from, origin = excluded.origin
), moved as (
    update isobar.risk as r
       set version = r.version + 1
      from going as g
     where r.org_id = $1
       and r.risk_id = g.risk_id
), told as (
    insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, due_at, actor, reason)
    select $1, g.risk_id, $2, 14, g.state, g.band, g.score, g.due_at, $3,
           (array['linked', 'split', 'unlinked'])[$5::integer + 1]
      from going as g
     union all
    select $1, r.risk_id, $2, 14, r.state, r.band, r.score, r.due_at, $3, 'linked_away'
      from going as g
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = any ($10::uuid[])
       and r.risk_id <> g.risk_id
), noted as (
    insert into isobar.risk_note (org_id, note_id, risk_id, actor, body, written_at)
    select $1, $11, g.risk_id, $3, $4, $2
      from going as g
     where $4::text <> ''
), dirty as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, g.asset_id, 0::bigint
      from going as g
), next as (
    insert into isobar.queue_version as v (org_id, version)
    select $1, 1
      from going
    on conflict (org_id) do update
       set version = v.version + 1
 returning version
), published as (
    insert into isobar.queue_change (org_id, version, part, risk_ids)
    select $1, n.version, 1, array[$6::uuid]
      from next as n
)
select exists (select from going) as written, not t.mine as busy,
       exists (select from held) and $13::text is not null and not exists (select from keyed) as taken,
       (select pg_notify('isobar_queue', $1::text) from next) as told
  from turn as t
