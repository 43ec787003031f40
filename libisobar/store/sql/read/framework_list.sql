-- SPDX-License-Identifier: Apache-2.0
-- The frameworks that the catalogue knows.  No org: they are the same for all.
select framework, count(distinct requirement) as requirements,
       count(distinct requirement) filter (where control <> '-') as answered
  from isobar.control_framework
 group by framework
 order by framework collate "C"
