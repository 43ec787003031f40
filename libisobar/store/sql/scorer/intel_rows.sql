-- SPDX-License-Identifier: Apache-2.0
-- What feeds say of every CVE of which they say something.
-- No parameters.  Column order is that of intel_read_row(); days are counted from 1970.
select cve, epss, kev_added - date '1970-01-01', kev_due - date '1970-01-01', maturity, automatable,
       total_impact, sev100, cvss_version, cvss_source, cvss_vector
  from isobar.intel_cve
 where epss <> -1
    or maturity <> 0
    or automatable <> -1
    or total_impact <> -1
    or sev100 <> -1
