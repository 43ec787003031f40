-- SPDX-License-Identifier: Apache-2.0
-- Brings control_framework to the state of its staging table; former rows move to control_framework_version.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.framework, t.requirement, t.control, s.framework is null as gone
      from isobar.control_framework as t
      left join stage_control_framework as s using (framework, requirement, control)
     where s.framework is null
        or (t.provider, t.source) is distinct from (s.provider, s.source)
), kept as (
    insert into isobar.control_framework_version (framework, requirement, control, provider, source, valid_from, valid_to)
    select t.framework, t.requirement, t.control, t.provider, t.source, t.valid_from, $1::timestamptz
      from former as f
      join isobar.control_framework as t using (framework, requirement, control)
), gone as (
    delete from isobar.control_framework as t
     using former as f
     where f.gone and t.framework = f.framework and t.requirement = f.requirement and t.control = f.control
), changed as (
    update isobar.control_framework as t
       set provider = s.provider, source = s.source, valid_from = $1::timestamptz
      from former as f
      join stage_control_framework as s using (framework, requirement, control)
     where t.framework = f.framework and t.requirement = f.requirement and t.control = f.control
), added as (
    insert into isobar.control_framework (framework, requirement, control, provider, source, valid_from)
    select s.framework, s.requirement, s.control, s.provider, s.source, $1::timestamptz
      from stage_control_framework as s
     where not exists (
           select
             from isobar.control_framework as t
            where t.framework = s.framework and t.requirement = s.requirement and t.control = s.control)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
