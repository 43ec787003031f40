-- SPDX-License-Identifier: Apache-2.0
-- A chunk of a push.
-- $1 org_id, $2 push_id, $3 chunk_no.
select body
  from isobar.ingest_spool
 where org_id = $1
   and spool_id = $2
   and chunk_no = $3
