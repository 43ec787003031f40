-- Adds the parts that a page of the plan found.
-- $1 org_id, $2 run_id, $3 now, $4 text[] names, $5 text[] kinds, $6 text[] data, $7 text[] scopes (lines),
-- $8 text[] titles.
with next as (
    select max(part_no) as part_no
      from isobar.run_part
     where org_id = $1
       and run_id = $2
), added as (
    insert into isobar.run_part (org_id, run_id, part_no, name, kind, data, scopes, title, updated_at)
    select $1, $2, n.part_no + p.i, p.name, p.kind, p.data, coalesce(string_to_array(nullif(p.scopes, ''), E'\n'), '{}'), p.title, $3
      from next as n
     cross join unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) with ordinality
           as p (name, kind, data, scopes, title, i)
    on conflict (org_id, run_id, name) do nothing
 returning part_no
)
update isobar.run
   set n_parts = n_parts + (select count(*) from added)
 where org_id = $1
   and run_id = $2
