-- Stores compressed segments of raw records.
-- $1 org_id, $2 run_id, $3 bigint[] segment ids, $4 smallint[] records, $5 integer[] raw sizes,
-- $6 bytea[] bodies.
insert into isobar.payload_segment (org_id, segment_id, run_id, n_records, raw_size, body)
select $1, s.id, $2, s.n, s.size, s.body
  from unnest($3::bigint[], $4::smallint[], $5::integer[], $6::bytea[]) as s (id, n, size, body)
