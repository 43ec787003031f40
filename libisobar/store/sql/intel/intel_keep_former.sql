-- SPDX-License-Identifier: Apache-2.0
-- Keeps the former rows of the CVEs that a feed is about to change.
-- $1 the instant from which the new ones hold.  Reads intel_next.
insert into isobar.intel_cve_version (
       cve, published, kev_added, kev_due, ransomware, epss, maturity, automatable, total_impact,
       cvss_vector, sev100, cvss_version, cvss_source, exploitation, nvd_cvss, nvd_vector, cve_cvss,
       cve_vector, epss_at, kev_at, nvd_at, cve_at, valid_from, valid_to)
select
       t.cve, t.published, t.kev_added, t.kev_due, t.ransomware, t.epss, t.maturity, t.automatable,
       t.total_impact, t.cvss_vector, t.sev100, t.cvss_version, t.cvss_source, t.exploitation,
       t.nvd_cvss, t.nvd_vector, t.cve_cvss, t.cve_vector, t.epss_at, t.kev_at, t.nvd_at, t.cve_at,
       t.valid_from, $1::timestamptz
  from intel_next as n
  join isobar.intel_cve as t
    on t.cve = n.cve
 where not n.is_new
 order by n.cve
