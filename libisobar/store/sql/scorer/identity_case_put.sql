-- A case that waits for a decision; one that waits already stays as it is.
-- $1 org_id, $2 case_id, $3 change_id, $4 asset_id, $5 uuid[] risks, $6 uuid[] and $7 text[] and $8 text[] successors: their
-- names, subjects and locations, $9 uuid[] findings, $10 and $11 integer[] places of their risks and successors, $12 boolean[] whether
-- each is open, $13 now.
insert into isobar.identity_case as c (org_id, case_id, change_id, asset_id, state, risk_ids, successor_ids, successors,
                                       locations, findings, finding_risks, finding_successors, finding_open, found_at)
select $1, $2::uuid, $3::uuid, $4::uuid, 0, $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::uuid[], $10::integer[],
       $11::integer[], $12::boolean[], $13::timestamptz
on conflict (org_id, case_id) do update
   set state = 0, decided_at = null, actor = '', reason = '', change_id = excluded.change_id,
       findings = excluded.findings, finding_risks = excluded.finding_risks,
       finding_successors = excluded.finding_successors, finding_open = excluded.finding_open,
       found_at = excluded.found_at
