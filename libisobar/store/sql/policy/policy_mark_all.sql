-- SPDX-License-Identifier: Apache-2.0
-- Marks all assets of an org that have findings or are the target of a path, to be scored again: a due time
-- or a score may have changed.
-- $1 org_id.  Returns n.
with marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, s.asset_id, 0::bigint
      from (select asset_id
              from isobar.finding
             where org_id = $1
             union
            select target_id
              from isobar.path
             where org_id = $1) as s
 returning 1
)
select count(*) as n
  from marked
