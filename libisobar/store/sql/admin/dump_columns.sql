-- SPDX-License-Identifier: Apache-2.0
-- The columns of a table, with their place in its key, and which of them tell when or by which run a row
-- was written.
-- $1 name of the table.  In the order of the table.
select a.attname as name, array_position(k.conkey, a.attnum) as key_place,
       coalesce(col_description(c.oid, a.attnum), '') ~ '@volatile' as volatile,
       t.typcollation <> 0 and t.typcategory = 'S' as is_text
  from pg_catalog.pg_class as c
  join pg_catalog.pg_attribute as a
    on a.attrelid = c.oid
   and a.attnum > 0
   and not a.attisdropped
  join pg_catalog.pg_type as t
    on t.oid = a.atttypid
  left join pg_catalog.pg_constraint as k
    on k.conrelid = c.oid
   and k.contype = 'p'
 where c.relnamespace = 'isobar'::regnamespace
   and c.relname = $1
 order by a.attnum
