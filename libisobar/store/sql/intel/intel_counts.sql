-- SPDX-License-Identifier: Apache-2.0
-- How many CVEs a feed changes, and how many of its records are passed over for a newer one.
-- $1 feed, $2 whether older records count too.  Reads intel_next and stage_intel.  Returns n, n_new, n_older.
select (select count(*) from intel_next) as n,
       (select count(*) from intel_next where is_new) as n_new,
       (select count(*)
          from stage_intel as s
          join isobar.intel_cve as t
            on t.cve = s.cve
         where not $2::boolean
           and $1::integer in (2, 3)
           and s.modified < case $1::integer when 2 then t.cve_at else t.nvd_at end) as n_older
