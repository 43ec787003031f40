-- SPDX-License-Identifier: Apache-2.0
-- Reference: tenants, the roles of the programs, the catalogue and exploit intelligence.  Small tables
-- that all orgs share: tagged @reference, copied to every node where the schema is distributed.
-- A table that correlate, score, route or clock reads holds its current rows, each with valid_from;
-- a replaced row moves to <table>_version with valid_from and valid_to.

-- Roles belong to the whole cluster: another database, or another migration at this moment, may have
-- made them already.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['isobar_collector', 'isobar_scorer', 'isobar_api',
                                     'isobar_courier', 'isobar_operator'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception
                when duplicate_object or unique_violation then
                    null;
                when insufficient_privilege then
                    raise exception 'role % is missing and % may not create it: let an administrator create it (nologin)',
                        role_name, current_user using errcode = 'insufficient_privilege';
            end;
        end if;
        -- Who migrates may act as each of them, so that one login can run all programs.
        if not pg_has_role(current_user, role_name, 'member') then
            begin
                execute format('grant %I to current_user', role_name);
            exception
                when insufficient_privilege or unique_violation then
                    null;
            end;
        end if;
    end loop;
end
$$;

create table isobar.org (
    org_id     bigint      not null,
    name       text        not null,
    epoch      bigint      not null default 1,
    created_at timestamptz not null,
    constraint org_pk primary key (org_id),
    constraint org_name_key unique (name),
    constraint org_name_check check (length(name) between 1 and 100)
);
comment on table isobar.org is 'Tenants. @reference';
comment on column isobar.org.org_id is 'Number of the tenant: the first column of every tenant key.';
comment on column isobar.org.name is 'As given to --org and shown in logs.';
comment on column isobar.org.epoch is 'Raised by a restore from backup: cursors carry it.';
comment on column isobar.org.created_at is 'When it was made. @volatile';

insert into isobar.org (org_id, name, created_at) values (1, 'default', now());

create table isobar.catalog_file (
    name       text        not null,
    checksum   text        not null,
    valid_from timestamptz not null,
    constraint catalog_file_pk primary key (name)
);
comment on table isobar.catalog_file is 'Files of the catalogue as they were loaded last. @reference';
comment on column isobar.catalog_file.name is 'Relative to catalog/.';
comment on column isobar.catalog_file.checksum is 'SHA-256 of the file, in hex: an unchanged file is not loaded again.';
comment on column isobar.catalog_file.valid_from is 'Since when this version holds. @volatile';

create table isobar.catalog_file_version (
    name       text        not null,
    checksum   text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint catalog_file_version_pk primary key (name, valid_from)
);
comment on table isobar.catalog_file_version is 'Former rows of catalog_file. @reference';
comment on column isobar.catalog_file_version.name is 'As in catalog_file.';
comment on column isobar.catalog_file_version.checksum is 'As in catalog_file.';
comment on column isobar.catalog_file_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.catalog_file_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.score_model (
    model      text        not null,
    checksum   text        not null,
    body       text        not null,
    valid_from timestamptz not null,
    constraint score_model_pk primary key (model)
);
comment on table isobar.score_model is 'Score models: every constant of the score. A changed constant is a new model. @reference';
comment on column isobar.score_model.model is 'Name with its version: rs-1.0.0.';
comment on column isobar.score_model.checksum is 'SHA-256 of body, in hex.';
comment on column isobar.score_model.body is 'The model file, byte for byte.';
comment on column isobar.score_model.valid_from is 'Since when this version holds. @volatile';

create table isobar.score_model_version (
    model      text        not null,
    checksum   text        not null,
    body       text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint score_model_version_pk primary key (model, valid_from)
);
comment on table isobar.score_model_version is 'Former rows of score_model. @reference';
comment on column isobar.score_model_version.model is 'As in score_model.';
comment on column isobar.score_model_version.checksum is 'As in score_model.';
comment on column isobar.score_model_version.body is 'As in score_model.';
comment on column isobar.score_model_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.score_model_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.finding_category (
    category               text        not null,
    layer                  smallint    not null,
    domain                 text        not null,
    default_likelihood     smallint    not null,
    automatable_if_exposed boolean     not null,
    total_impact           boolean     not null,
    valid_from             timestamptz not null,
    constraint finding_category_pk primary key (category),
    constraint finding_category_layer_check check (layer between 0 and 6),
    constraint finding_category_default_likelihood_check check (default_likelihood between 0 and 6)
);
comment on table isobar.finding_category is 'What kinds of finding there are, and what each means for layer, duty and likelihood. @reference';
comment on column isobar.finding_category.category is 'public_storage_exposure, os_vulnerability_cve, ...';
comment on column isobar.finding_category.layer is 'Defence layer: 0 physical, 1 identity, 2 perimeter, 3 network, 4 compute, 5 application, 6 data.';
comment on column isobar.finding_category.domain is 'Control domain: a row of responsibility.';
comment on column isobar.finding_category.default_likelihood is '0 to 4 for L0 to L4, 5 by EPSS, 6 active.';
comment on column isobar.finding_category.automatable_if_exposed is 'An attack on it needs no person, once it can be reached.';
comment on column isobar.finding_category.total_impact is 'A success takes the whole asset.';
comment on column isobar.finding_category.valid_from is 'Since when this version holds. @volatile';

create table isobar.finding_category_version (
    category               text        not null,
    layer                  smallint    not null,
    domain                 text        not null,
    default_likelihood     smallint    not null,
    automatable_if_exposed boolean     not null,
    total_impact           boolean     not null,
    valid_from             timestamptz not null,
    valid_to               timestamptz not null,
    constraint finding_category_version_pk primary key (category, valid_from)
);
comment on table isobar.finding_category_version is 'Former rows of finding_category. @reference';
comment on column isobar.finding_category_version.category is 'As in finding_category.';
comment on column isobar.finding_category_version.layer is 'As in finding_category.';
comment on column isobar.finding_category_version.domain is 'As in finding_category.';
comment on column isobar.finding_category_version.default_likelihood is 'As in finding_category.';
comment on column isobar.finding_category_version.automatable_if_exposed is 'As in finding_category.';
comment on column isobar.finding_category_version.total_impact is 'As in finding_category.';
comment on column isobar.finding_category_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.finding_category_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.control (
    control     text        not null,
    category    text        not null,
    provider    smallint    not null,
    class       smallint    not null,
    title       text        not null,
    remediation text        not null,
    valid_from  timestamptz not null,
    constraint control_pk primary key (control),
    constraint control_provider_check check (provider between 0 and 4),
    constraint control_class_check check (class between 0 and 7)
);
comment on table isobar.control is 'Checks that several tools make, in our words. @reference';
comment on column isobar.control.control is 'Its id, chosen by what is protected: storage.public-access.';
comment on column isobar.control.category is 'Its finding category.';
comment on column isobar.control.provider is '0 any, 1 aws, 2 azure, 3 gcp, 4 oci.';
comment on column isobar.control.class is '0 misconfiguration, 1 vulnerability, 2 threat, 3 exposure, 4 secret, 5 identity, 6 license, 7 other.';
comment on column isobar.control.title is 'What is wrong, one sentence.';
comment on column isobar.control.remediation is 'What to do, one sentence.';
comment on column isobar.control.valid_from is 'Since when this version holds. @volatile';

create table isobar.control_version (
    control     text        not null,
    category    text        not null,
    provider    smallint    not null,
    class       smallint    not null,
    title       text        not null,
    remediation text        not null,
    valid_from  timestamptz not null,
    valid_to    timestamptz not null,
    constraint control_version_pk primary key (control, valid_from)
);
comment on table isobar.control_version is 'Former rows of control. @reference';
comment on column isobar.control_version.control is 'As in control.';
comment on column isobar.control_version.category is 'As in control.';
comment on column isobar.control_version.provider is 'As in control.';
comment on column isobar.control_version.class is 'As in control.';
comment on column isobar.control_version.title is 'As in control.';
comment on column isobar.control_version.remediation is 'As in control.';
comment on column isobar.control_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.control_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.control_alias (
    connector  text        not null,
    rule       text        not null,
    control    text        not null,
    basis      text        not null,
    valid_from timestamptz not null,
    constraint control_alias_pk primary key (connector, rule)
);
comment on table isobar.control_alias is 'Which rule of which connector is which control. @reference';
comment on column isobar.control_alias.connector is 'Whose rule it is.';
comment on column isobar.control_alias.rule is 'The rule as the connector writes it.';
comment on column isobar.control_alias.control is 'The control.';
comment on column isobar.control_alias.basis is 'Why: framework:<framework>/<version>/<requirement>, documented or same_control_id.';
comment on column isobar.control_alias.valid_from is 'Since when this version holds. @volatile';

create table isobar.control_alias_version (
    connector  text        not null,
    rule       text        not null,
    control    text        not null,
    basis      text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint control_alias_version_pk primary key (connector, rule, valid_from)
);
comment on table isobar.control_alias_version is 'Former rows of control_alias. @reference';
comment on column isobar.control_alias_version.connector is 'As in control_alias.';
comment on column isobar.control_alias_version.rule is 'As in control_alias.';
comment on column isobar.control_alias_version.control is 'As in control_alias.';
comment on column isobar.control_alias_version.basis is 'As in control_alias.';
comment on column isobar.control_alias_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.control_alias_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.rule_category (
    connector    text        not null,
    rule_pattern text        not null,
    position     integer     not null,
    category     text        not null,
    valid_from   timestamptz not null,
    constraint rule_category_pk primary key (connector, rule_pattern)
);
comment on table isobar.rule_category is 'Category of rules that are no control; the first pattern that matches counts. @reference';
comment on column isobar.rule_category.connector is 'Whose rules.';
comment on column isobar.rule_category.rule_pattern is '* is any text, ? one character.';
comment on column isobar.rule_category.position is 'Order in which patterns are tried, ascending.';
comment on column isobar.rule_category.category is 'Their finding category.';
comment on column isobar.rule_category.valid_from is 'Since when this version holds. @volatile';

create table isobar.rule_category_version (
    connector    text        not null,
    rule_pattern text        not null,
    position     integer     not null,
    category     text        not null,
    valid_from   timestamptz not null,
    valid_to     timestamptz not null,
    constraint rule_category_version_pk primary key (connector, rule_pattern, valid_from)
);
comment on table isobar.rule_category_version is 'Former rows of rule_category. @reference';
comment on column isobar.rule_category_version.connector is 'As in rule_category.';
comment on column isobar.rule_category_version.rule_pattern is 'As in rule_category.';
comment on column isobar.rule_category_version.position is 'As in rule_category.';
comment on column isobar.rule_category_version.category is 'As in rule_category.';
comment on column isobar.rule_category_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.rule_category_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.resource_type (
    provider      smallint    not null,
    resource_type text        not null,
    alias         text        not null,
    service_model smallint    not null,
    kind          text        not null,
    overrides     text        not null,
    valid_from    timestamptz not null,
    constraint resource_type_pk primary key (provider, resource_type),
    constraint resource_type_provider_check check (provider between 1 and 4),
    constraint resource_type_service_model_check check (service_model between 0 and 3)
);
comment on table isobar.resource_type is 'Service model of the types of cloud resources. @reference';
comment on column isobar.resource_type.provider is '1 aws, 2 azure, 3 gcp, 4 oci.';
comment on column isobar.resource_type.resource_type is 'ARM type in lower case, CloudFormation type, Cloud Asset type; #variant where one type has several.';
comment on column isobar.resource_type.alias is 'For people.';
comment on column isobar.resource_type.service_model is '0 on-prem, 1 IaaS, 2 PaaS, 3 SaaS.';
comment on column isobar.resource_type.kind is 'compute, storage, database, ...';
comment on column isobar.resource_type.overrides is 'domain=owner pairs with ; between them, before the matrix; empty for none.';
comment on column isobar.resource_type.valid_from is 'Since when this version holds. @volatile';

create table isobar.resource_type_version (
    provider      smallint    not null,
    resource_type text        not null,
    alias         text        not null,
    service_model smallint    not null,
    kind          text        not null,
    overrides     text        not null,
    valid_from    timestamptz not null,
    valid_to      timestamptz not null,
    constraint resource_type_version_pk primary key (provider, resource_type, valid_from)
);
comment on table isobar.resource_type_version is 'Former rows of resource_type. @reference';
comment on column isobar.resource_type_version.provider is 'As in resource_type.';
comment on column isobar.resource_type_version.resource_type is 'As in resource_type.';
comment on column isobar.resource_type_version.alias is 'As in resource_type.';
comment on column isobar.resource_type_version.service_model is 'As in resource_type.';
comment on column isobar.resource_type_version.kind is 'As in resource_type.';
comment on column isobar.resource_type_version.overrides is 'As in resource_type.';
comment on column isobar.resource_type_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.resource_type_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.responsibility (
    domain     text        not null,
    layer      smallint    not null,
    on_prem    smallint    not null,
    iaas       smallint    not null,
    paas       smallint    not null,
    saas       smallint    not null,
    source     text        not null,
    review_by  date,
    valid_from timestamptz not null,
    constraint responsibility_pk primary key (domain),
    constraint responsibility_layer_check check (layer between 0 and 6),
    constraint responsibility_verdict_check check (on_prem between 0 and 2 and iaas between 0 and 2
        and paas between 0 and 2 and saas between 0 and 2)
);
comment on table isobar.responsibility is 'The shared responsibility matrix: whose duty a control domain is, by service model. @reference';
comment on column isobar.responsibility.domain is 'Control domain: operating_system, network_controls, ...';
comment on column isobar.responsibility.layer is 'Defence layer: 0 physical, 1 identity, 2 perimeter, 3 network, 4 compute, 5 application, 6 data.';
comment on column isobar.responsibility.on_prem is '0 customer, 1 shared, 2 provider.';
comment on column isobar.responsibility.iaas is '0 customer, 1 shared, 2 provider.';
comment on column isobar.responsibility.paas is '0 customer, 1 shared, 2 provider.';
comment on column isobar.responsibility.saas is '0 customer, 1 shared, 2 provider.';
comment on column isobar.responsibility.source is 'Where the row comes from: ms, ms-text, ms-split, derived.';
comment on column isobar.responsibility.review_by is 'When it must be looked at again.';
comment on column isobar.responsibility.valid_from is 'Since when this version holds. @volatile';

create table isobar.responsibility_version (
    domain     text        not null,
    layer      smallint    not null,
    on_prem    smallint    not null,
    iaas       smallint    not null,
    paas       smallint    not null,
    saas       smallint    not null,
    source     text        not null,
    review_by  date,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint responsibility_version_pk primary key (domain, valid_from)
);
comment on table isobar.responsibility_version is 'Former rows of responsibility. @reference';
comment on column isobar.responsibility_version.domain is 'As in responsibility.';
comment on column isobar.responsibility_version.layer is 'As in responsibility.';
comment on column isobar.responsibility_version.on_prem is 'As in responsibility.';
comment on column isobar.responsibility_version.iaas is 'As in responsibility.';
comment on column isobar.responsibility_version.paas is 'As in responsibility.';
comment on column isobar.responsibility_version.saas is 'As in responsibility.';
comment on column isobar.responsibility_version.source is 'As in responsibility.';
comment on column isobar.responsibility_version.review_by is 'As in responsibility.';
comment on column isobar.responsibility_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.responsibility_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.toxic_rule (
    rule       text        not null,
    title      text        not null,
    level      smallint    not null,
    body       jsonb       not null,
    valid_from timestamptz not null,
    constraint toxic_rule_pk primary key (rule),
    constraint toxic_rule_level_check check (level between 1 and 4)
);
comment on table isobar.toxic_rule is 'Toxic combinations: conditions on assets, edges and findings that together make a path. @reference';
comment on column isobar.toxic_rule.rule is 'Its id: the subject of its paths is path:<rule>.';
comment on column isobar.toxic_rule.title is 'For people.';
comment on column isobar.toxic_rule.level is 'Path level of a match: 1 adjacent, 2 toxic rule, 3 path to high value, 4 path to crown jewel.';
comment on column isobar.toxic_rule.body is 'The conditions.';
comment on column isobar.toxic_rule.valid_from is 'Since when this version holds. @volatile';

create table isobar.toxic_rule_version (
    rule       text        not null,
    title      text        not null,
    level      smallint    not null,
    body       jsonb       not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint toxic_rule_version_pk primary key (rule, valid_from)
);
comment on table isobar.toxic_rule_version is 'Former rows of toxic_rule. @reference';
comment on column isobar.toxic_rule_version.rule is 'As in toxic_rule.';
comment on column isobar.toxic_rule_version.title is 'As in toxic_rule.';
comment on column isobar.toxic_rule_version.level is 'As in toxic_rule.';
comment on column isobar.toxic_rule_version.body is 'As in toxic_rule.';
comment on column isobar.toxic_rule_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.toxic_rule_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.intel_cve (
    cve          text        not null,
    published    date,
    kev_added    date,
    kev_due      date,
    ransomware   boolean     not null,
    epss         integer     not null,
    maturity     smallint    not null,
    automatable  smallint    not null,
    total_impact smallint    not null,
    cvss_vector  text        not null,
    valid_from   timestamptz not null,
    constraint intel_cve_pk primary key (cve),
    constraint intel_cve_epss_check check (epss = -1 or epss between 1 and 100000),
    constraint intel_cve_maturity_check check (maturity between 0 and 5),
    constraint intel_cve_ssvc_check check (automatable between -1 and 1 and total_impact between -1 and 1)
);
comment on table isobar.intel_cve is 'What feeds say of CVEs apart from findings. @reference';
comment on column isobar.intel_cve.cve is 'CVE-2024-3094.';
comment on column isobar.intel_cve.published is 'When it was published; null: not stated.';
comment on column isobar.intel_cve.kev_added is 'When CISA added it to KEV; null: not in KEV.';
comment on column isobar.intel_cve.kev_due is 'KEV due date; the cap of the SLA.';
comment on column isobar.intel_cve.ransomware is 'KEV knows of ransomware use.';
comment on column isobar.intel_cve.epss is 'Units of 1e-5, 1..100000; -1 not stated.';
comment on column isobar.intel_cve.maturity is '0 none, 1 proof of concept, 2 functional, 3 weaponised, 4 active, 5 ransomware.';
comment on column isobar.intel_cve.automatable is 'SSVC: 0 no, 1 yes; -1 not stated.';
comment on column isobar.intel_cve.total_impact is 'SSVC technical impact: 0 partial, 1 total; -1 not stated.';
comment on column isobar.intel_cve.cvss_vector is 'The authoritative base vector; empty: not stated.';
comment on column isobar.intel_cve.valid_from is 'Since when this version holds. @volatile';

create table isobar.intel_cve_version (
    cve          text        not null,
    published    date,
    kev_added    date,
    kev_due      date,
    ransomware   boolean     not null,
    epss         integer     not null,
    maturity     smallint    not null,
    automatable  smallint    not null,
    total_impact smallint    not null,
    cvss_vector  text        not null,
    valid_from   timestamptz not null,
    valid_to     timestamptz not null,
    constraint intel_cve_version_pk primary key (cve, valid_from)
);
comment on table isobar.intel_cve_version is 'Former rows of intel_cve. @reference';
comment on column isobar.intel_cve_version.cve is 'As in intel_cve.';
comment on column isobar.intel_cve_version.published is 'As in intel_cve.';
comment on column isobar.intel_cve_version.kev_added is 'As in intel_cve.';
comment on column isobar.intel_cve_version.kev_due is 'As in intel_cve.';
comment on column isobar.intel_cve_version.ransomware is 'As in intel_cve.';
comment on column isobar.intel_cve_version.epss is 'As in intel_cve.';
comment on column isobar.intel_cve_version.maturity is 'As in intel_cve.';
comment on column isobar.intel_cve_version.automatable is 'As in intel_cve.';
comment on column isobar.intel_cve_version.total_impact is 'As in intel_cve.';
comment on column isobar.intel_cve_version.cvss_vector is 'As in intel_cve.';
comment on column isobar.intel_cve_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.intel_cve_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.intel_snapshot (
    feed      smallint    not null,
    as_of     date        not null,
    model     text        not null,
    checksum  text        not null,
    n_rows    bigint      not null,
    loaded_at timestamptz not null,
    constraint intel_snapshot_pk primary key (feed, as_of),
    constraint intel_snapshot_feed_check check (feed between 0 and 4)
);
comment on table isobar.intel_snapshot is 'Which state of which feed was loaded: the inputs of a score name it. @reference';
comment on column isobar.intel_snapshot.feed is '0 EPSS, 1 KEV, 2 SSVC, 3 CVSS, 4 exploit lists.';
comment on column isobar.intel_snapshot.as_of is 'Day that the feed says it is of.';
comment on column isobar.intel_snapshot.model is 'The feeds own version (EPSS model); empty for none.';
comment on column isobar.intel_snapshot.checksum is 'SHA-256 of the file, in hex.';
comment on column isobar.intel_snapshot.n_rows is 'Rows in it.';
comment on column isobar.intel_snapshot.loaded_at is 'When it was loaded. @volatile';
