-- A page of a part is stored: where it goes on, if the lease is still this connection's.
-- $1 org_id, $2 source_id, $3 when the lease ends, $4 run_id, $5 part_no, $6 cursor or null, $7 state,
-- $8 records, $9 seen, $10 title or empty, $11 now, $12 findings, $13 new, $14 changed, $15 unchanged,
-- $16 quarantined, $17 closed, $18 format or empty, $19 why the part will not be whole, or empty.
-- Returns n: 0, somebody else has the lease.
with mine as (
    update isobar.lease
       set expires_at = $3
     where org_id = $1
       and source_id = $2
       and backend_pid = pg_backend_pid()
 returning source_id
), moved as (
    update isobar.run_part
       set cursor = $6, state = $7, n_pages = n_pages + 1, n_records = n_records + $8, n_seen = n_seen + $9,
           title = case when $10 = '' then title else $10 end, error = case when error = '' then $19 else error end,
           updated_at = $11
     where org_id = $1
       and run_id = $4
       and part_no = $5
       and exists (select from mine)
 returning part_no
), counted as (
    update isobar.run
       set n_records = n_records + $8, n_findings = n_findings + $12, n_new = n_new + $13,
           n_changed = n_changed + $14, n_unchanged = n_unchanged + $15, n_quarantined = n_quarantined + $16,
           n_closed = n_closed + $17, format = case when format = '' then $18 else format end
     where org_id = $1
       and run_id = $4
       and exists (select from mine)
)
select count(*) as n
  from moved
