-- SPDX-License-Identifier: Apache-2.0
-- The tables that can be dumped: those of an org, and the reference tables.  Tables of one coordinator
-- are none.
select c.relname as name
  from pg_catalog.pg_class as c
 where c.relnamespace = 'isobar'::regnamespace
   and c.relkind in ('r', 'p')
   and not c.relispartition
   and (coalesce(obj_description(c.oid, 'pg_class'), '') ~ '@reference'
        or coalesce(obj_description(c.oid, 'pg_class'), '') !~ '@local'
           and exists (
               select
                 from pg_catalog.pg_attribute as a
                where a.attrelid = c.oid
                  and a.attname = 'org_id'
                  and not a.attisdropped))
 order by c.relname
