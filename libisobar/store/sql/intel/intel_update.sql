-- SPDX-License-Identifier: Apache-2.0
-- Writes the CVEs that a feed changes.
-- $1 the instant from which it holds.  Reads intel_next.
update isobar.intel_cve as t
   set
       published = n.published, kev_added = n.kev_added, kev_due = n.kev_due,
       ransomware = n.ransomware, epss = n.epss, maturity = n.maturity, automatable = n.automatable,
       total_impact = n.total_impact, cvss_vector = n.cvss_vector, sev100 = n.sev100,
       cvss_version = n.cvss_version, cvss_source = n.cvss_source, exploitation = n.exploitation,
       nvd_cvss = n.nvd_cvss, nvd_vector = n.nvd_vector, cve_cvss = n.cve_cvss,
       cve_vector = n.cve_vector, epss_at = n.epss_at, kev_at = n.kev_at, nvd_at = n.nvd_at,
       cve_at = n.cve_at, valid_from = $1::timestamptz
  from intel_next as n
 where t.cve = n.cve
   and not n.is_new
