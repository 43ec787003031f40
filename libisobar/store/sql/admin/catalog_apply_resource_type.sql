-- SPDX-License-Identifier: Apache-2.0
-- Brings resource_type to the state of its staging table; former rows move to resource_type_version.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.provider, t.resource_type, s.provider is null as gone
      from isobar.resource_type as t
      left join stage_resource_type as s using (provider, resource_type)
     where s.provider is null
        or (t.alias, t.service_model, t.kind, t.overrides, t.source)
           is distinct from (s.alias, s.service_model, s.kind, s.overrides, s.source)
), kept as (
    insert into isobar.resource_type_version (provider, resource_type, alias, service_model, kind,
                                              overrides, source, valid_from, valid_to)
    select t.provider, t.resource_type, t.alias, t.service_model, t.kind, t.overrides, t.source,
           t.valid_from, $1::timestamptz
      from former as f
      join isobar.resource_type as t using (provider, resource_type)
), gone as (
    delete from isobar.resource_type as t
     using former as f
     where f.gone and t.provider = f.provider and t.resource_type = f.resource_type
), changed as (
    update isobar.resource_type as t
       set alias = s.alias, service_model = s.service_model, kind = s.kind, overrides = s.overrides,
           source = s.source, valid_from = $1::timestamptz
      from former as f
      join stage_resource_type as s using (provider, resource_type)
     where t.provider = f.provider and t.resource_type = f.resource_type
), added as (
    insert into isobar.resource_type (provider, resource_type, alias, service_model, kind, overrides,
                                      source, valid_from)
    select s.provider, s.resource_type, s.alias, s.service_model, s.kind, s.overrides, s.source,
           $1::timestamptz
      from stage_resource_type as s
     where not exists (
           select
             from isobar.resource_type as t
            where t.provider = s.provider and t.resource_type = s.resource_type)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
