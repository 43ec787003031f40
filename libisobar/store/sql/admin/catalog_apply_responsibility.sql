-- SPDX-License-Identifier: Apache-2.0
-- Brings responsibility to the state of its staging table; former rows move to responsibility_version.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.domain, s.domain is null as gone
      from isobar.responsibility as t
      left join stage_responsibility as s using (domain)
     where s.domain is null
        or (t.layer, t.on_prem, t.iaas, t.paas, t.saas, t.source, t.review_by)
           is distinct from (s.layer, s.on_prem, s.iaas, s.paas, s.saas, s.source, s.review_by::date)
), kept as (
    insert into isobar.responsibility_version (domain, layer, on_prem, iaas, paas, saas, source,
                                               review_by, valid_from, valid_to)
    select t.domain, t.layer, t.on_prem, t.iaas, t.paas, t.saas, t.source, t.review_by, t.valid_from,
           $1::timestamptz
      from former as f
      join isobar.responsibility as t using (domain)
), gone as (
    delete from isobar.responsibility as t
     using former as f
     where f.gone and t.domain = f.domain
), changed as (
    update isobar.responsibility as t
       set layer = s.layer, on_prem = s.on_prem, iaas = s.iaas, paas = s.paas, saas = s.saas,
           source = s.source, review_by = s.review_by::date, valid_from = $1::timestamptz
      from former as f
      join stage_responsibility as s using (domain)
     where t.domain = f.domain
), added as (
    insert into isobar.responsibility (domain, layer, on_prem, iaas, paas, saas, source, review_by,
                                       valid_from)
    select s.domain, s.layer, s.on_prem, s.iaas, s.paas, s.saas, s.source, s.review_by::date, $1::timestamptz
      from stage_responsibility as s
     where not exists (
           select
             from isobar.responsibility as t
            where t.domain = s.domain)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
