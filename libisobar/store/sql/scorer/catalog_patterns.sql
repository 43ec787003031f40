-- Categories of rules that are no control.  Returns connector, rule_pattern, position, category.
select connector, rule_pattern, position, category
  from isobar.rule_category
