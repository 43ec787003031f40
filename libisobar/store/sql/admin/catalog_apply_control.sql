-- SPDX-License-Identifier: Apache-2.0
-- Brings control to the state of its staging table; former rows move to control_version.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.control, s.control is null as gone
      from isobar.control as t
      left join stage_control as s using (control)
     where s.control is null
        or (t.category, t.provider, t.class, t.title, t.remediation)
           is distinct from (s.category, s.provider, s.class, s.title, s.remediation)
), kept as (
    insert into isobar.control_version (control, category, provider, class, title, remediation,
                                        valid_from, valid_to)
    select t.control, t.category, t.provider, t.class, t.title, t.remediation, t.valid_from,
           $1::timestamptz
      from former as f
      join isobar.control as t using (control)
), gone as (
    delete from isobar.control as t
     using former as f
     where f.gone and t.control = f.control
), changed as (
    update isobar.control as t
       set category = s.category, provider = s.provider, class = s.class, title = s.title,
           remediation = s.remediation, valid_from = $1::timestamptz
      from former as f
      join stage_control as s using (control)
     where t.control = f.control
), added as (
    insert into isobar.control (control, category, provider, class, title, remediation, valid_from)
    select s.control, s.category, s.provider, s.class, s.title, s.remediation, $1::timestamptz
      from stage_control as s
     where not exists (
           select
             from isobar.control as t
            where t.control = s.control)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
