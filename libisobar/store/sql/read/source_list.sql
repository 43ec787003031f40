-- SPDX-License-Identifier: Apache-2.0
-- The sources of an org: they are few.
-- $1 org_id.
select source_id, name, connector
  from isobar.source
 where org_id = $1
 order by source_id
