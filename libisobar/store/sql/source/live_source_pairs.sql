-- SPDX-License-Identifier: Apache-2.0
-- The settings of a live source.
-- $1 org_id, $2 source_id.
select p.key, p.value
  from isobar.source as s
 cross join lateral jsonb_each_text(s.settings) as p (key, value)
 where s.org_id = $1
   and s.source_id = $2
 order by p.key
