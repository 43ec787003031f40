-- An org's own rules in their order, each with its lines as a file has them.
-- $1 org_id.
select r.name, (select string_agg(l.key || ' = ' || l.value, E'\n' order by l.key)
                  from jsonb_each_text(r.body) as l) as lines
  from isobar.context_rule as r
 where r.org_id = $1
 order by r.position
