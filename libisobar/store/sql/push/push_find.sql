-- SPDX-License-Identifier: Apache-2.0
-- A push and its run.
-- $1 org_id, $2 push_id.
select p.push_id, p.source, p.format, p.complete, p.content_type, p.encoding, p.principal, p.size, p.state,
       p.received_at, p.finished_at, p.error, p.run_id, r.format as run_format, r.n_records, r.n_findings,
       r.n_new, r.n_changed, r.n_unchanged, r.n_quarantined, r.n_closed
  from isobar.push as p
  left join isobar.run as r
    on r.org_id = p.org_id
   and r.run_id = p.run_id
 where p.org_id = $1
   and p.push_id = $2
