-- Keeps which findings a part of a run saw.
-- $1 org_id, $2 run_id, $3 part_no, $4 bigint[] scope ids, $5 uuid[] assets, $6 uuid[] findings.
insert into isobar.run_seen (org_id, run_id, part_no, scope_id, asset_id, finding_id)
select $1, $2, $3, s.scope_id, s.asset_id, s.finding_id
  from unnest($4::bigint[], $5::uuid[], $6::uuid[]) as s (scope_id, asset_id, finding_id)
