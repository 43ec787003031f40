-- SPDX-License-Identifier: Apache-2.0
-- Writes the CVEs that a feed changes; former rows move to intel_cve_version.  What all feeds come to is
-- made here: of two scores the greater number counts; exploitation is the maximum of KEV and SSVC.
-- $1 the instant from which it holds.  Reads intel_next.  Returns n_lost: CVEs without any value now.
with next as (
    select n.*, greatest(n.nvd_cvss, n.cve_cvss) as cvss,
           case when n.nvd_cvss >= n.cve_cvss then n.nvd_vector else n.cve_vector end as cvss_vector,
           case when n.ransomware then 5
                when n.kev_added is not null or n.exploitation = 2 then 4
                when n.exploitation = 1 then 1
                else 0
           end as maturity
      from intel_next as n
), kept as (
    insert into isobar.intel_cve_version (cve, published, kev_added, kev_due, ransomware, epss, maturity,
           automatable, total_impact, cvss_vector, sev100, cvss_version, cvss_source, exploitation,
           nvd_cvss, nvd_vector, cve_cvss, cve_vector, epss_at, kev_at, nvd_at, cve_at, valid_from, valid_to)
    select t.cve, t.published, t.kev_added, t.kev_due, t.ransomware, t.epss, t.maturity, t.automatable,
           t.total_impact, t.cvss_vector, t.sev100, t.cvss_version, t.cvss_source, t.exploitation,
           t.nvd_cvss, t.nvd_vector, t.cve_cvss, t.cve_vector, t.epss_at, t.kev_at, t.nvd_at, t.cve_at,
           t.valid_from, $1::timestamptz
      from intel_next as n
      join isobar.intel_cve as t
        on t.cve = n.cve
), changed as (
    update isobar.intel_cve as t
       set published = n.published, kev_added = n.kev_added, kev_due = n.kev_due,
           ransomware = n.ransomware, epss = n.epss, maturity = n.maturity, automatable = n.automatable,
           total_impact = n.total_impact, cvss_vector = n.cvss_vector,
           sev100 = case when n.cvss = 0 then -1 else n.cvss % 1000 end, cvss_version = n.cvss / 10000,
           cvss_source = n.cvss / 1000 % 10, exploitation = n.exploitation, nvd_cvss = n.nvd_cvss,
           nvd_vector = n.nvd_vector, cve_cvss = n.cve_cvss, cve_vector = n.cve_vector,
           epss_at = n.epss_at, kev_at = n.kev_at, nvd_at = n.nvd_at, cve_at = n.cve_at,
           valid_from = $1::timestamptz
      from next as n
     where t.cve = n.cve
       and not n.is_new
), added as (
    insert into isobar.intel_cve (cve, published, kev_added, kev_due, ransomware, epss, maturity,
           automatable, total_impact, cvss_vector, sev100, cvss_version, cvss_source, exploitation,
           nvd_cvss, nvd_vector, cve_cvss, cve_vector, epss_at, kev_at, nvd_at, cve_at, valid_from)
    select n.cve, n.published, n.kev_added, n.kev_due, n.ransomware, n.epss, n.maturity, n.automatable,
           n.total_impact, n.cvss_vector, case when n.cvss = 0 then -1 else n.cvss % 1000 end,
           n.cvss / 10000, n.cvss / 1000 % 10, n.exploitation, n.nvd_cvss, n.nvd_vector, n.cve_cvss,
           n.cve_vector, n.epss_at, n.kev_at, n.nvd_at, n.cve_at, $1::timestamptz
      from next as n
     where n.is_new
)
select count(*) as n_lost
  from next
 where epss = -1
   and kev_added is null
   and exploitation = -1
   and cvss = 0;
