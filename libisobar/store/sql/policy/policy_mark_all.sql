-- SPDX-License-Identifier: Apache-2.0
-- Marks all assets of an org that have findings, to be scored again: a due time may have changed.
-- $1 org_id.  Returns n.
with marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct org_id, asset_id, 0::bigint
      from isobar.finding
     where org_id = $1
 returning 1
)
select count(*) as n
  from marked
