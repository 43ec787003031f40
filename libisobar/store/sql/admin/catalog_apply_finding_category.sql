-- SPDX-License-Identifier: Apache-2.0
-- Brings finding_category to the state of its staging table; former rows move to finding_category_version.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.category, s.category is null as gone
      from isobar.finding_category as t
      left join stage_finding_category as s using (category)
     where s.category is null
        or (t.layer, t.domain, t.default_likelihood, t.automatable_if_exposed, t.total_impact,
            t.default_for)
           is distinct from (s.layer, s.domain, s.default_likelihood, s.automatable_if_exposed,
                             s.total_impact, s.default_for)
), kept as (
    insert into isobar.finding_category_version (category, layer, domain, default_likelihood,
                                                 automatable_if_exposed, total_impact, default_for,
                                                 valid_from, valid_to)
    select t.category, t.layer, t.domain, t.default_likelihood, t.automatable_if_exposed,
           t.total_impact, t.default_for, t.valid_from, $1::timestamptz
      from former as f
      join isobar.finding_category as t using (category)
), gone as (
    delete from isobar.finding_category as t
     using former as f
     where f.gone and t.category = f.category
), changed as (
    update isobar.finding_category as t
       set layer = s.layer, domain = s.domain, default_likelihood = s.default_likelihood,
           automatable_if_exposed = s.automatable_if_exposed, total_impact = s.total_impact,
           default_for = s.default_for, valid_from = $1::timestamptz
      from former as f
      join stage_finding_category as s using (category)
     where t.category = f.category
), added as (
    insert into isobar.finding_category (category, layer, domain, default_likelihood,
                                         automatable_if_exposed, total_impact, default_for,
                                         valid_from)
    select s.category, s.layer, s.domain, s.default_likelihood, s.automatable_if_exposed,
           s.total_impact, s.default_for, $1::timestamptz
      from stage_finding_category as s
     where not exists (
           select
             from isobar.finding_category as t
            where t.category = s.category)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
