-- SPDX-License-Identifier: Apache-2.0
-- Advisory ids and the CVE that feeds state for them; empty where they state several.
-- No parameters.  Column order is that of intel_read_names().
select alias, case when count(distinct cve) = 1 then min(cve) else '' end
  from isobar.intel_alias
 group by alias
