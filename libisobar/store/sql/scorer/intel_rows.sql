-- SPDX-License-Identifier: Apache-2.0
-- What feeds say of some CVEs, where they say something.
-- $1 the CVEs.  "offset 0" makes the planner look each up, whatever it thinks of their number.  Column order is that of
-- intel_read_row(); days are counted from 1970.
select i.cve, i.epss, i.kev_added - date '1970-01-01', i.kev_due - date '1970-01-01', i.maturity, i.automatable,
       i.total_impact, i.sev100, i.cvss_version, i.cvss_source, i.cvss_vector
  from unnest($1::text[]) as n (cve)
 cross join lateral (select cve, epss, kev_added, kev_due, maturity, automatable, total_impact, sev100, cvss_version,
                            cvss_source, cvss_vector
                       from isobar.intel_cve
                      where cve = n.cve
                     offset 0) as i
 where i.epss <> -1
    or i.maturity <> 0
    or i.automatable <> -1
    or i.total_impact <> -1
    or i.sev100 <> -1
