-- SPDX-License-Identifier: Apache-2.0
-- The findings whose id begins as the caller wrote it, a few of them.  Findings are found by their assets;
-- by their ids alone all of them are read (decision 0002): for the command line.
-- $1 org_id, $2 first uuid, $3 last uuid of the range.  Returns finding_id, asset_id.
select finding_id, asset_id
  from isobar.finding
 where org_id = $1
   and finding_id between $2 and $3
 limit 6
