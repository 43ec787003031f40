-- Keeps a record that could not be read.
-- $1 org_id, $2 record_id, $3 run_id, $4 file, $5 format, $6 ordinal, $7 byte_offset, $8 reason_code,
-- $9 reason, $10 sha256, $11 size, $12 raw or null, $13 now.
insert into isobar.quarantine as q (org_id, record_id, run_id, file, format, ordinal, byte_offset,
                                    reason_code, reason, sha256, size, raw, stored_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (org_id, record_id) do update
   set run_id = excluded.run_id
 where q.replayed_at is not null
