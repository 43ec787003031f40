-- SPDX-License-Identifier: Apache-2.0
-- Staging tables of a load of the catalogue: what the files say, with the line that says it.
-- Columns stand in the order of the files.
create temporary table stage_control (
    line        integer  not null,
    control     text     not null,
    category    text     not null,
    provider    smallint not null,
    class       smallint not null,
    title       text     not null,
    remediation text     not null
) on commit drop;
create temporary table stage_control_alias (
    line      integer  not null,
    connector text     not null,
    rule      text     not null,
    control   text     not null,
    basis     text     not null
) on commit drop;
create temporary table stage_control_framework (
    line        integer  not null,
    framework   text     not null,
    requirement text     not null,
    control     text     not null,
    provider    smallint not null,
    source      text     not null
) on commit drop;
create temporary table stage_rule_category (
    line         integer  not null,
    connector    text     not null,
    rule_pattern text     not null,
    category     text     not null
) on commit drop;
create temporary table stage_finding_category (
    line                   integer  not null,
    category               text     not null,
    layer                  smallint not null,
    domain                 text     not null,
    default_likelihood     smallint not null,
    automatable_if_exposed boolean  not null,
    total_impact           boolean  not null,
    default_for            text     not null
) on commit drop;
create temporary table stage_responsibility (
    line      integer  not null,
    domain    text     not null,
    layer     smallint not null,
    on_prem   smallint not null,
    iaas      smallint not null,
    paas      smallint not null,
    saas      smallint not null,
    source    text     not null,
    review_by text     not null
) on commit drop;
create temporary table stage_resource_type (
    line          integer  not null,
    provider      smallint not null,
    resource_type text     not null,
    alias         text     not null,
    service_model smallint not null,
    kind          text     not null,
    overrides     text     not null,
    source        text     not null
) on commit drop;
create temporary table stage_toxic_rule (
    line     integer  not null,
    rule     text     not null,
    category text     not null,
    target   smallint not null,
    title    text     not null,
    places   text     not null
) on commit drop;
create temporary table stage_score_model (
    line     integer  not null,
    model    text     not null,
    checksum text     not null,
    body     text     not null
) on commit drop;
create temporary table stage_catalog_file (
    line     integer  not null,
    name     text     not null,
    checksum text     not null
) on commit drop;
