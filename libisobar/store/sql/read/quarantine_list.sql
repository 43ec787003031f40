-- SPDX-License-Identifier: Apache-2.0
-- The next records that wait in quarantine, by file and place in it.
-- $1 org_id, $2 only those that were kept whole, $3 most rows, $4, $5 and $6 file, offset and id of the
-- record before, or null.  raw is null unless $2.
select record_id, file, format, byte_offset, reason_code, reason, encode(sha256, 'hex') as sha256, size, raw is not null as kept,
       case when $2::boolean then raw end as raw
  from isobar.quarantine
 where org_id = $1
   and replayed_at is null
   and (not $2 or raw is not null)
   and ($4::text is null or (file, byte_offset, record_id) > ($4, $5::bigint, $6::uuid))
 order by file, byte_offset, record_id
 limit $3
