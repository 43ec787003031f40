-- SPDX-License-Identifier: Apache-2.0
-- A push that did not come whole leaves nothing.
-- $1 org_id, $2 push_id.
with gone as (
    delete from isobar.push
     where org_id = $1
       and push_id = $2
       and state = 0
)
delete from isobar.ingest_spool
 where org_id = $1
   and spool_id = $2
   and not exists (
       select
         from isobar.push
        where org_id = $1
          and push_id = $2
          and state > 0)
