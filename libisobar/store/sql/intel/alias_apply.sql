-- SPDX-License-Identifier: Apache-2.0
-- Brings intel_alias to what the staged records say; former rows move to intel_alias_version.  A record
-- counts unless the stored one is newer.
-- $1 the instant from which it holds, $2 whether older records count too.
-- Reads stage_record and stage_alias, fills alias_changed.  Returns n_added, n_gone, n_older.
with stored as (
    select record, max(record_at) as record_at
      from isobar.intel_alias
     where record in (select record from stage_record)
     group by record
), older as (
    select s.record
      from stage_record as s
      join stored as t
        on t.record = s.record
       and t.record_at > s.record_at
     where not $2::boolean
), former as (
    select t.record, t.alias, t.cve, t.record_at, t.valid_from
      from isobar.intel_alias as t
      join stage_record as r
        on r.record = t.record
     where t.record not in (select record from older)
       and not exists (
           select
             from stage_alias as s
            where s.record = t.record
              and s.alias = t.alias
              and s.cve = t.cve)
), kept as (
    insert into isobar.intel_alias_version (alias, cve, record, record_at, valid_from, valid_to)
    select alias, cve, record, record_at, valid_from, $1::timestamptz
      from former
), gone as (
    delete from isobar.intel_alias as t
     using former as f
     where t.record = f.record
       and t.alias = f.alias
       and t.cve = f.cve
), added as (
    insert into isobar.intel_alias (alias, cve, record, record_at, valid_from)
    select s.alias, s.cve, s.record, s.record_at, $1::timestamptz
      from stage_alias as s
     where s.record not in (select record from older)
    on conflict (record, alias, cve) do nothing
 returning alias
), noted as (
    insert into alias_changed (alias)
    select alias from former
     union
    select alias from added
)
select (select count(*) from added) as n_added, (select count(*) from former) as n_gone,
       (select count(*) from older) as n_older;
