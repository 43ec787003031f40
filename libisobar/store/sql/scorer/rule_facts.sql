-- What sources say of their rules apart from findings.
-- $1 org_id.  Returns connector, rule, title, sev100.
select connector, rule, title, sev100
  from isobar.rule_fact
 where org_id = $1
