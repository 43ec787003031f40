-- Scopes that a source named before and its plan does not name any more: access lost, or the account is
-- gone.  Nothing of them is closed, and nothing is lost while the plan itself is not complete.
-- $1 org_id, $2 name of the source, $3 run_id.
with named as (
    select distinct unnest(scopes) as scope
      from isobar.run_part
     where org_id = $1
       and run_id = $3
), lost as (
    select c.scope
      from isobar.source as s
      join isobar.source_scope as c
        on c.org_id = s.org_id
       and c.source_id = s.source_id
     where s.org_id = $1
       and s.name = $2
       and s.kind = 1
       and exists (select
                     from isobar.run_part as p
                    where p.org_id = $1
                      and p.run_id = $3
                      and p.part_no = 0
                      and p.state = 3)
       and not exists (select
                         from named as n
                        where n.scope = c.scope)
)
update isobar.source_scope as c
   set state = 5, reason = 'not listed any more', run_id = $3
  from isobar.source as s, lost as l
 where s.org_id = $1
   and s.name = $2
   and c.org_id = $1
   and c.source_id = s.source_id
   and c.state <> 5
   and (c.scope = l.scope or starts_with(c.scope, l.scope || '/'))
