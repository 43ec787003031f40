-- SPDX-License-Identifier: Apache-2.0
-- Writes the CVEs that no feed has named before.
-- $1 the instant from which it holds.  Reads intel_next.
insert into isobar.intel_cve (
       cve, published, kev_added, kev_due, ransomware, epss, maturity, automatable, total_impact,
       cvss_vector, sev100, cvss_version, cvss_source, exploitation, nvd_cvss, nvd_vector, cve_cvss,
       cve_vector, epss_at, kev_at, nvd_at, cve_at, valid_from)
select
       cve, published, kev_added, kev_due, ransomware, epss, maturity, automatable, total_impact,
       cvss_vector, sev100, cvss_version, cvss_source, exploitation, nvd_cvss, nvd_vector, cve_cvss,
       cve_vector, epss_at, kev_at, nvd_at, cve_at, $1::timestamptz
  from intel_next
 where is_new
 order by cve
