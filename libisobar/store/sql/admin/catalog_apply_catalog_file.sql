-- SPDX-License-Identifier: Apache-2.0
-- Brings catalog_file to the state of its staging table; former rows move to catalog_file_version.
-- A file that the program no longer has stays.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.name
      from isobar.catalog_file as t
      join stage_catalog_file as s using (name)
     where t.checksum is distinct from s.checksum
), kept as (
    insert into isobar.catalog_file_version (name, checksum, valid_from, valid_to)
    select t.name, t.checksum, t.valid_from, $1::timestamptz
      from former as f
      join isobar.catalog_file as t using (name)
), changed as (
    update isobar.catalog_file as t
       set checksum = s.checksum, valid_from = $1::timestamptz
      from former as f
      join stage_catalog_file as s using (name)
     where t.name = f.name
), added as (
    insert into isobar.catalog_file (name, checksum, valid_from)
    select s.name, s.checksum, $1::timestamptz
      from stage_catalog_file as s
     where not exists (
           select
             from isobar.catalog_file as t
            where t.name = s.name)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
