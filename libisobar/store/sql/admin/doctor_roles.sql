-- SPDX-License-Identifier: Apache-2.0
-- The roles of the programs: is each there, may this user act as it, may it use the schema, on how many
-- tables has it rights, and on how many of these no policy lets it see a row.
-- Returns role, found, member, usage, n_tables, n_blind; as many rows as roles.
with wanted (role_name) as (
    values ('isobar_collector'), ('isobar_scorer'), ('isobar_api'), ('isobar_courier'), ('isobar_operator')
), readable as (
    select w.role_name, c.oid, c.relrowsecurity, r.oid as role_id, r.rolsuper or r.rolbypassrls as sees_all
      from wanted as w
      join pg_catalog.pg_roles as r
        on r.rolname = w.role_name
      join pg_catalog.pg_class as c
        on c.relnamespace = to_regnamespace('isobar')
       and c.relkind in ('r', 'p')
       and (has_table_privilege(r.oid, c.oid, 'select') or has_any_column_privilege(r.oid, c.oid, 'select'))
), counted as (
    select t.role_name, count(*) as n_tables,
           count(*) filter (
               where t.relrowsecurity
                 and not t.sees_all
                 and not exists (
                     select
                       from pg_catalog.pg_policy as p
                      where p.polrelid = t.oid
                        and (p.polroles @> array[t.role_id] or p.polroles @> array[0::oid]))) as n_blind
      from readable as t
     group by t.role_name
)
select w.role_name as role, r.oid is not null as found,
       coalesce(pg_has_role(current_user, r.oid, 'member'), false) as member,
       coalesce(has_schema_privilege(r.oid, to_regnamespace('isobar')::oid, 'usage'), false) as usage,
       coalesce(c.n_tables, 0) as n_tables, coalesce(c.n_blind, 0) as n_blind
  from wanted as w
  left join pg_catalog.pg_roles as r
    on r.rolname = w.role_name
  left join counted as c
    on c.role_name = w.role_name
 order by w.role_name;
