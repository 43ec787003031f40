-- SPDX-License-Identifier: Apache-2.0
-- Records in quarantine that were not read since.
-- Returns one row: n.
-- no org_id: the whole installation is looked at.
select count(*) as n
  from isobar.quarantine
 where replayed_at is null;
