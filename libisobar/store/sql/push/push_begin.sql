-- SPDX-License-Identifier: Apache-2.0
-- A body begins to come.  Whoever sends a key again means the same push: one with this key that is still
-- coming goes, and its chunks with it; one that has come is told instead.
-- $1 org_id, $2 push_id, $3 source, $4 format, $5 complete, $6 content type, $7 encoding, $8 principal,
-- $9 key or null, $10 now.
-- Returns one row: begun, and of the former one push_id (null: none), principal, source, format, complete,
-- encoding, fingerprint as hexadecimal text.
with gone as (
    delete from isobar.push
     where org_id = $1
       and idempotency_key = $9
       and state = 0
 returning push_id
), emptied as (
    delete from isobar.ingest_spool as s
     using gone as g
     where s.org_id = $1
       and s.spool_id = g.push_id
), former as (
    select push_id, principal, source, format, complete, encoding, encode(fingerprint, 'hex') as fingerprint
      from isobar.push
     where org_id = $1
       and idempotency_key = $9
       and state > 0
), begun as (
    insert into isobar.push (org_id, push_id, source, format, complete, content_type, encoding, principal,
                             idempotency_key, received_at)
    select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
      from (select count(*) from gone) as first
    on conflict (org_id, idempotency_key) where idempotency_key is not null do nothing
 returning push_id
)
select exists (select from begun) as begun, f.push_id, f.principal, f.source, f.format, f.complete, f.encoding,
       f.fingerprint
  from (values (1)) as one (row)
  left join former as f
    on true
