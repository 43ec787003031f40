-- SPDX-License-Identifier: Apache-2.0
-- The next bytes of a push that is coming.
-- $1 org_id, $2 push_id, $3 chunk_no, $4 now, $5 body.  Returns no row when the push is gone.
insert into isobar.ingest_spool (org_id, spool_id, chunk_no, received_at, body)
select p.org_id, p.push_id, $3, $4, $5
  from isobar.push as p
 where p.org_id = $1
   and p.push_id = $2
   and p.state = 0
returning chunk_no
