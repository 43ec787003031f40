-- Which rules are which control.  Returns connector, rule, control.
select connector, rule, control
  from isobar.control_alias
