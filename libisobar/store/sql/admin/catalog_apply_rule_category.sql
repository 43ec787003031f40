-- SPDX-License-Identifier: Apache-2.0
-- Brings rule_category to the state of its staging table; former rows move to rule_category_version.
-- Patterns are tried in the order of the file: positions count within a connector.
-- $1 the instant from which it holds.  Returns n_changed.
with placed as (
    select connector, rule_pattern, category,
           (row_number() over (partition by connector order by line))::integer as position
      from stage_rule_category
), former as (
    select t.connector, t.rule_pattern, s.connector is null as gone
      from isobar.rule_category as t
      left join placed as s using (connector, rule_pattern)
     where s.connector is null
        or (t.position, t.category)
           is distinct from (s.position, s.category)
), kept as (
    insert into isobar.rule_category_version (connector, rule_pattern, position, category,
                                              valid_from, valid_to)
    select t.connector, t.rule_pattern, t.position, t.category, t.valid_from, $1::timestamptz
      from former as f
      join isobar.rule_category as t using (connector, rule_pattern)
), gone as (
    delete from isobar.rule_category as t
     using former as f
     where f.gone and t.connector = f.connector and t.rule_pattern = f.rule_pattern
), changed as (
    update isobar.rule_category as t
       set position = s.position, category = s.category, valid_from = $1::timestamptz
      from former as f
      join placed as s using (connector, rule_pattern)
     where t.connector = f.connector and t.rule_pattern = f.rule_pattern
), added as (
    insert into isobar.rule_category (connector, rule_pattern, position, category, valid_from)
    select s.connector, s.rule_pattern, s.position, s.category, $1::timestamptz
      from placed as s
     where not exists (
           select
             from isobar.rule_category as t
            where t.connector = s.connector and t.rule_pattern = s.rule_pattern)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
