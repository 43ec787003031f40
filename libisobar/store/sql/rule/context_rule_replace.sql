-- The rules of an org become these, in this order; former ones are kept.  No names: it has none of its own.
-- $1 org_id, $2 now, $3 names, $4 bodies.  Returns n, how many places changed.
with next as (
    select r.position::integer as position, r.name, r.body::jsonb as body
      from unnest($3::text[], $4::text[]) with ordinality as r (name, body, position)
), change as (
    select coalesce(o.position, n.position) as position, n.name, n.body, o.name as former_name,
           o.body as former_body, o.valid_from
      from (select position, name, body, valid_from
              from isobar.context_rule
             where org_id = $1) as o
      full join next as n
        on n.position = o.position
     where (n.name, n.body) is distinct from (o.name, o.body)
), former as (
    insert into isobar.context_rule_version (org_id, position, name, body, valid_from, valid_to)
    select $1, position, former_name, former_body, valid_from, $2
      from change
     where former_name is not null
       and valid_from < $2
    on conflict (org_id, position, valid_from) do nothing
), gone as (
    delete from isobar.context_rule as o
     using change as c
     where o.org_id = $1
       and o.position = c.position
       and c.name is null
), come as (
    insert into isobar.context_rule (org_id, position, name, body, valid_from)
    select $1, position, name, body, $2
      from change
     where name is not null
     order by position
    on conflict (org_id, position) do update
       set name = excluded.name, body = excluded.body, valid_from = excluded.valid_from
)
select count(*) as n
  from change
