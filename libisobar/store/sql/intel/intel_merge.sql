-- SPDX-License-Identifier: Apache-2.0
-- Holds a staged feed against what is stored: the CVEs whose columns of this feed change, as they will be.
-- What all feeds come to is made here: of two scores the greater number counts; exploitation is the maximum
-- of KEV and SSVC.  A whole feed (EPSS, KEV) takes its value from every CVE that it no longer names; a
-- record of the others counts unless the stored one is newer.
-- $1 feed, $2 day of a whole feed, $3 whether older records count too.
-- Reads stage_intel, fills intel_next.
insert into intel_next (cve, is_new, published, kev_added, kev_due, ransomware, epss, exploitation,
                        automatable, total_impact, nvd_cvss, nvd_vector, cve_cvss, cve_vector,
                        epss_at, kev_at, nvd_at, cve_at, maturity, sev100, cvss_version, cvss_source,
                        cvss_vector)
select cve, is_new, published, kev_added, kev_due, ransomware, epss, exploitation, automatable,
       total_impact, nvd_cvss, nvd_vector, cve_cvss, cve_vector, epss_at, kev_at, nvd_at, cve_at,
       case when ransomware then 5
            when kev_added is not null or exploitation = 2 then 4
            when exploitation = 1 then 1
            else 0
       end,
       case when cvss = 0 then -1 else cvss % 1000 end, cvss / 10000, cvss / 1000 % 10, cvss_vector
  from (select b.*, greatest(nvd_cvss, cve_cvss) as cvss,
               case when nvd_cvss >= cve_cvss then nvd_vector else cve_vector end as cvss_vector
          from (select coalesce(t.cve, s.cve) as cve, t.cve is null as is_new,
                       coalesce(s.modified < case f.feed when 2 then t.cve_at else t.nvd_at end, false)
                           as is_older,
                       case when f.feed = 2 then (s.published at time zone 'UTC')::date else t.published end
                           as published,
                       case when f.feed = 1 then (s.kev_added at time zone 'UTC')::date else t.kev_added end
                           as kev_added,
                       case when f.feed = 1 then (s.kev_due at time zone 'UTC')::date else t.kev_due end
                           as kev_due,
                       coalesce(case when f.feed = 1 then s.ransomware else t.ransomware end, false)
                           as ransomware,
                       coalesce(case when f.feed = 0 then s.epss else t.epss end, -1) as epss,
                       coalesce(case when f.feed = 2 then s.exploitation else t.exploitation end, -1::smallint)
                           as exploitation,
                       coalesce(case when f.feed = 2 then s.automatable else t.automatable end, -1::smallint)
                           as automatable,
                       coalesce(case when f.feed = 2 then s.total_impact else t.total_impact end, -1::smallint)
                           as total_impact,
                       coalesce(case when f.feed = 3 then s.cvss else t.nvd_cvss end, 0) as nvd_cvss,
                       coalesce(case when f.feed = 3 then s.vector else t.nvd_vector end, '') as nvd_vector,
                       coalesce(case when f.feed = 2 then s.cvss else t.cve_cvss end, 0) as cve_cvss,
                       coalesce(case when f.feed = 2 then s.vector else t.cve_vector end, '') as cve_vector,
                       case when f.feed <> 0 then t.epss_at when s.cve is not null then f.day end as epss_at,
                       case when f.feed <> 1 then t.kev_at when s.cve is not null then f.day end as kev_at,
                       case when f.feed = 3 then s.modified else t.nvd_at end as nvd_at,
                       case when f.feed = 2 then s.modified else t.cve_at end as cve_at,
                       t.published as old_published, t.kev_added as old_kev_added, t.kev_due as old_kev_due,
                       t.ransomware as old_ransomware, t.epss as old_epss, t.exploitation as old_exploitation,
                       t.automatable as old_automatable, t.total_impact as old_total_impact,
                       t.nvd_cvss as old_nvd_cvss, t.nvd_vector as old_nvd_vector, t.cve_cvss as old_cve_cvss,
                       t.cve_vector as old_cve_vector
                  from isobar.intel_cve as t
                  full join stage_intel as s
                    on s.cve = t.cve
                 cross join (select $1::integer as feed,
                                    ($2::timestamptz at time zone 'UTC')::date as day) as f
                 where s.cve is not null
                    or (f.feed = 0 and t.epss <> -1)
                    or (f.feed = 1 and t.kev_added is not null)) as b) as c
 where (not is_older or $3::boolean)
   and (is_new and (published is not null or kev_added is not null or epss <> -1 or exploitation <> -1
                    or automatable <> -1 or total_impact <> -1 or nvd_cvss <> 0 or cve_cvss <> 0)
        or not is_new
           and (published, kev_added, kev_due, ransomware, epss, exploitation, automatable, total_impact,
                nvd_cvss, nvd_vector, cve_cvss, cve_vector)
               is distinct from
               (old_published, old_kev_added, old_kev_due, old_ransomware, old_epss, old_exploitation,
                old_automatable, old_total_impact, old_nvd_cvss, old_nvd_vector, old_cve_cvss,
                old_cve_vector))
 order by cve
