-- SPDX-License-Identifier: Apache-2.0
-- Brings control_alias to the state of its staging table; former rows move to control_alias_version.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.connector, t.rule, s.connector is null as gone
      from isobar.control_alias as t
      left join stage_control_alias as s using (connector, rule)
     where s.connector is null
        or (t.control, t.basis)
           is distinct from (s.control, s.basis)
), kept as (
    insert into isobar.control_alias_version (connector, rule, control, basis, valid_from, valid_to)
    select t.connector, t.rule, t.control, t.basis, t.valid_from, $1::timestamptz
      from former as f
      join isobar.control_alias as t using (connector, rule)
), gone as (
    delete from isobar.control_alias as t
     using former as f
     where f.gone and t.connector = f.connector and t.rule = f.rule
), changed as (
    update isobar.control_alias as t
       set control = s.control, basis = s.basis, valid_from = $1::timestamptz
      from former as f
      join stage_control_alias as s using (connector, rule)
     where t.connector = f.connector and t.rule = f.rule
), added as (
    insert into isobar.control_alias (connector, rule, control, basis, valid_from)
    select s.connector, s.rule, s.control, s.basis, $1::timestamptz
      from stage_control_alias as s
     where not exists (
           select
             from isobar.control_alias as t
            where t.connector = s.connector and t.rule = s.rule)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
