-- SPDX-License-Identifier: Apache-2.0
-- Requirements of frameworks (CIS benchmarks and others) and the controls that answer them.

create table isobar.control_framework (
    framework   text        not null,
    requirement text        not null,
    control     text        not null,
    provider    smallint    not null,
    source      text        not null,
    valid_from  timestamptz not null,
    constraint control_framework_pk primary key (framework, requirement, control)
);
comment on table isobar.control_framework is 'Which controls answer a requirement of a framework. @reference';
comment on column isobar.control_framework.framework is 'Name and version: cis-azure-2.1.';
comment on column isobar.control_framework.requirement is 'Number in the framework.';
comment on column isobar.control_framework.control is 'The control; "-": none, so that nothing is known of the requirement.';
comment on column isobar.control_framework.provider is 'Whose assets the framework is about, as in control.';
comment on column isobar.control_framework.source is 'Connector and rule that names the requirement, as in control_alias.';
comment on column isobar.control_framework.valid_from is 'Since when this version holds. @volatile';

create table isobar.control_framework_version (
    framework   text        not null,
    requirement text        not null,
    control     text        not null,
    provider    smallint    not null,
    source      text        not null,
    valid_from  timestamptz not null,
    valid_to    timestamptz not null,
    constraint control_framework_version_pk primary key (framework, requirement, control, valid_from)
);
comment on table isobar.control_framework_version is 'Former rows of control_framework. @reference';
comment on column isobar.control_framework_version.framework is 'As in control_framework.';
comment on column isobar.control_framework_version.requirement is 'As in control_framework.';
comment on column isobar.control_framework_version.control is 'As in control_framework.';
comment on column isobar.control_framework_version.provider is 'As in control_framework.';
comment on column isobar.control_framework_version.source is 'As in control_framework.';
comment on column isobar.control_framework_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.control_framework_version.valid_to is 'First instant of the next one, or of its end. @volatile';

grant select on isobar.control_framework, isobar.control_framework_version
    to isobar_collector, isobar_scorer, isobar_courier, isobar_api, isobar_operator;
grant insert, update, delete on isobar.control_framework to isobar_operator;
grant insert, delete on isobar.control_framework_version to isobar_operator;
