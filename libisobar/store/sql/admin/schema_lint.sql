-- SPDX-License-Identifier: Apache-2.0
-- Holds the schema against the rules by which it runs unchanged on one server and distributed by org:
-- every table of a tenant has org_id, every key of it too; no triggers, no exclusion constraints.
-- Tables tagged @reference or @local belong to no tenant.
-- Returns one row a fault: table_name, fault.
with t as (
    select c.oid, c.relname,
           coalesce(obj_description(c.oid, 'pg_class'), '') ~ '@(reference|local)' as shared
      from pg_catalog.pg_class as c
     where c.relnamespace = 'isobar'::regnamespace
       and c.relkind in ('r', 'p')
       and not c.relispartition
), k as (
    select t.oid, a.attnum, a.atttypid
      from t
      join pg_catalog.pg_attribute as a
        on a.attrelid = t.oid
       and a.attname = 'org_id'
), fault as (
    select t.relname, 'no org_id bigint' as fault
      from t
      left join k using (oid)
     where not t.shared
       and (k.oid is null or k.atttypid <> 'bigint'::regtype)
     union all
    select t.relname, 'unique without org_id: ' || i.indexrelid::regclass
      from t
      join pg_catalog.pg_index as i
        on i.indrelid = t.oid
       and i.indisunique
      left join k using (oid)
     where not t.shared
       and (k.attnum = any (i.indkey::smallint[])) is not true
     union all
    select t.relname, 'foreign key without org_id: ' || c.conname
      from t
      join pg_catalog.pg_constraint as c
        on c.conrelid = t.oid
       and c.contype = 'f'
      join t as r
        on r.oid = c.confrelid
      left join k
        on k.oid = t.oid
     where not t.shared
       and not r.shared
       and not exists (
           select
             from unnest(c.conkey, c.confkey) as u (own, other)
             join k as k2
               on k2.oid = c.confrelid
            where u.own = k.attnum
              and u.other = k2.attnum)
     union all
    select t.relname, 'foreign key of a shared table to a tenant''s: ' || c.conname
      from t
      join pg_catalog.pg_constraint as c
        on c.conrelid = t.oid
       and c.contype = 'f'
      join t as r
        on r.oid = c.confrelid
     where t.shared
       and not r.shared
     union all
    select t.relname, 'reacts by itself to writes: ' || g.tgname
      from t
      join pg_catalog.pg_trigger as g
        on g.tgrelid = t.oid
       and not g.tgisinternal
     union all
    select t.relname, 'exclusion: ' || c.conname
      from t
      join pg_catalog.pg_constraint as c
        on c.conrelid = t.oid
       and c.contype = 'x'
     where not t.shared
)
select relname::text as table_name, fault
  from fault
 order by relname, fault;
