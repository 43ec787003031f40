-- SPDX-License-Identifier: Apache-2.0
-- The first thing wrong between the staged lines: a key that stands twice, a name that nothing has.
-- Returns no row, or file, line, what.
with fault as (
    select 'controls.tsv' as file, line, 'control "' || control || '" again' as what
      from (select d.*, row_number() over (partition by control order by line) as n
              from stage_control as d) as d
     where d.n > 1
     union all
    select 'control_aliases.tsv', line, 'rule "' || rule || '" of ' || connector || ' again'
      from (select d.*, row_number() over (partition by connector, rule order by line) as n
              from stage_control_alias as d) as d
     where d.n > 1
     union all
    select 'control_frameworks.tsv', line, 'requirement "' || requirement || '" of ' || framework || ' again'
      from (select d.*, row_number() over (partition by framework, requirement, control order by line) as n
              from stage_control_framework as d) as d
     where d.n > 1
     union all
    select 'rule_categories.tsv', line, 'pattern "' || rule_pattern || '" of ' || connector || ' again'
      from (select d.*, row_number() over (partition by connector, rule_pattern order by line) as n
              from stage_rule_category as d) as d
     where d.n > 1
     union all
    select 'responsibility/finding_categories.csv', line, 'category "' || category || '" again'
      from (select d.*, row_number() over (partition by category order by line) as n
              from stage_finding_category as d) as d
     where d.n > 1
     union all
    select 'responsibility/matrix.csv', line, 'domain "' || domain || '" again'
      from (select d.*, row_number() over (partition by domain order by line) as n
              from stage_responsibility as d) as d
     where d.n > 1
     union all
    select 'responsibility/resource_types.csv', line, 'type "' || resource_type || '" again'
      from (select d.*, row_number() over (partition by lower(resource_type) order by line) as n
              from stage_resource_type as d) as d
     where d.n > 1
     union all
    select 'toxic_rules.tsv', line, 'rule "' || rule || '" again'
      from (select d.*, row_number() over (partition by rule order by line) as n
              from stage_toxic_rule as d) as d
     where d.n > 1
     union all
    select 'toxic_rules.tsv', s.line, 'unknown category "' || s.category || '"'
      from stage_toxic_rule as s
     where not exists (select from stage_finding_category as r where r.category = s.category)
     union all
    select 'control_aliases.tsv', s.line, 'unknown control "' || s.control || '"'
      from stage_control_alias as s
     where not exists (select from stage_control as r where r.control = s.control)
     union all
    select 'control_frameworks.tsv', s.line, 'unknown control "' || s.control || '"'
      from stage_control_framework as s
     where s.control <> '-'
       and not exists (select from stage_control as r where r.control = s.control)
     union all
    select 'controls.tsv', s.line, 'unknown category "' || s.category || '"'
      from stage_control as s
     where not exists (select from stage_finding_category as r where r.category = s.category)
     union all
    select 'rule_categories.tsv', s.line, 'unknown category "' || s.category || '"'
      from stage_rule_category as s
     where not exists (select from stage_finding_category as r where r.category = s.category)
     union all
    select 'responsibility/finding_categories.csv', s.line, 'unknown domain "' || s.domain || '"'
      from stage_finding_category as s
     where not exists (select from stage_responsibility as r where r.domain = s.domain)
     union all
    select 'responsibility/resource_types.csv', s.line, 'bad override "' || o.pair || '"'
      from stage_resource_type as s
     cross join string_to_table(s.overrides, ';') as o (pair)
     where o.pair not like '%=%'
        or split_part(o.pair, '=', 2) not in ('customer', 'shared', 'provider')
        or not exists (select from stage_responsibility as r where r.domain = split_part(o.pair, '=', 1))
)
select file, line, what
  from fault
 order by file, line
 limit 1;
