-- SPDX-License-Identifier: Apache-2.0
-- Context of assets: who says what of them, the rules of operators, and edges that several sources may state.

create table isobar.asset_claim (
    org_id     bigint      not null,
    asset_id   uuid        not null,
    field      smallint    not null,
    origin     text        not null,
    level      smallint    not null,
    decided    boolean     not null default false,
    source_id  bigint      not null,
    evidence   text        not null,
    actor      text        not null default '',
    valid_from timestamptz not null,
    constraint asset_claim_pk primary key (org_id, asset_id, field, origin),
    constraint asset_claim_field_check check (field between 0 and 4),
    constraint asset_claim_level_check check (level between 0 and 5)
);
comment on table isobar.asset_claim is 'What a source, a rule or an operator says of one property of an asset; the most dangerous claim counts.';
comment on column isobar.asset_claim.org_id is 'The tenant.';
comment on column isobar.asset_claim.asset_id is 'The asset under the name that the claim uses.';
comment on column isobar.asset_claim.field is '0 exposure, 1 criticality, 2 sensitivity, 3 privilege, 4 environment.';
comment on column isobar.asset_claim.origin is 'source:<name>, rule:<name>, operator, or edge:<kind> for what follows from a neighbour.';
comment on column isobar.asset_claim.level is 'As in asset_context; environment: 1 sandbox, 2 development, 3 test, 4 staging, 5 production.';
comment on column isobar.asset_claim.decided is 'An operator''s decision: it counts, whatever others say.';
comment on column isobar.asset_claim.source_id is 'The source whose statement it is; 0: of no source.';
comment on column isobar.asset_claim.evidence is 'What says so, one line.';
comment on column isobar.asset_claim.actor is 'Who decided; empty: no person.';
comment on column isobar.asset_claim.valid_from is 'Since when it holds. @volatile';

create table isobar.asset_claim_version (
    org_id     bigint      not null,
    asset_id   uuid        not null,
    field      smallint    not null,
    origin     text        not null,
    level      smallint    not null,
    decided    boolean     not null,
    source_id  bigint      not null,
    evidence   text        not null,
    actor      text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint asset_claim_version_pk primary key (org_id, asset_id, field, origin, valid_from)
);
comment on table isobar.asset_claim_version is 'Former rows of asset_claim.';
comment on column isobar.asset_claim_version.org_id is 'The tenant.';
comment on column isobar.asset_claim_version.asset_id is 'As in asset_claim.';
comment on column isobar.asset_claim_version.field is 'As in asset_claim.';
comment on column isobar.asset_claim_version.origin is 'As in asset_claim.';
comment on column isobar.asset_claim_version.level is 'As in asset_claim.';
comment on column isobar.asset_claim_version.decided is 'As in asset_claim.';
comment on column isobar.asset_claim_version.source_id is 'As in asset_claim.';
comment on column isobar.asset_claim_version.evidence is 'As in asset_claim.';
comment on column isobar.asset_claim_version.actor is 'As in asset_claim.';
comment on column isobar.asset_claim_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.asset_claim_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.context_rule (
    org_id     bigint      not null,
    position   integer     not null,
    name       text        not null,
    body       jsonb       not null,
    valid_from timestamptz not null,
    constraint context_rule_pk primary key (org_id, position)
);
comment on table isobar.context_rule is 'An operator''s rules from tags and names of assets to context; an org without any has those of the catalogue.';
comment on column isobar.context_rule.org_id is 'The tenant.';
comment on column isobar.context_rule.position is 'Order in the file, from 1: the first match for a field counts.';
comment on column isobar.context_rule.name is 'For people; the origin of its claims.';
comment on column isobar.context_rule.body is 'Conditions and levels, as docs/context.md has them.';
comment on column isobar.context_rule.valid_from is 'Since when it holds. @volatile';

create table isobar.context_rule_version (
    org_id     bigint      not null,
    position   integer     not null,
    name       text        not null,
    body       jsonb       not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint context_rule_version_pk primary key (org_id, position, valid_from)
);
comment on table isobar.context_rule_version is 'Former rows of context_rule.';
comment on column isobar.context_rule_version.org_id is 'The tenant.';
comment on column isobar.context_rule_version.position is 'As in context_rule.';
comment on column isobar.context_rule_version.name is 'As in context_rule.';
comment on column isobar.context_rule_version.body is 'As in context_rule.';
comment on column isobar.context_rule_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.context_rule_version.valid_to is 'First instant of the next one, or of its end. @volatile';

alter table isobar.asset_context add column environment smallint not null default 0;
alter table isobar.asset_context add constraint asset_context_environment_check check (environment between 0 and 5);
alter table isobar.asset_context_version add column environment smallint not null default 0;
comment on column isobar.asset_context.environment is '0 unknown, 1 sandbox, 2 development, 3 test, 4 staging, 5 production.';
comment on column isobar.asset_context_version.environment is 'As in asset_context.';

-- Two sources may state one edge, and each withdraw its own statement.
alter table isobar.asset_edge add column stated_id uuid not null;
alter table isobar.asset_edge drop constraint asset_edge_pk;
alter table isobar.asset_edge add constraint asset_edge_pk
    primary key (org_id, from_id, to_id, kind, source_id, stated_id);
create index asset_edge_stated_idx on isobar.asset_edge (org_id, stated_id, source_id);
alter table isobar.asset_edge_version add column stated_id uuid not null;
alter table isobar.asset_edge_version drop constraint asset_edge_version_pk;
alter table isobar.asset_edge_version add constraint asset_edge_version_pk
    primary key (org_id, from_id, to_id, kind, source_id, stated_id, valid_from);
comment on column isobar.asset_edge.from_id is 'Asset where the step begins, under the name that the statement uses.';
comment on column isobar.asset_edge.to_id is 'Asset where it ends, likewise.';
comment on column isobar.asset_edge.kind is '0 routes to, 1 runs as, 2 may read, 3 may administer, 4 contains, 5 runs on, 6 attached to, 7 member of, 8 can assume.';
comment on column isobar.asset_edge.stated_id is 'The asset whose statement says so: one of the two.';
comment on column isobar.asset_edge_version.stated_id is 'As in asset_edge.';

create table isobar.path_mark (
    org_id   bigint not null,
    mark_id  bigint generated by default as identity,
    asset_id uuid   not null,
    constraint path_mark_pk primary key (org_id, mark_id)
);
comment on table isobar.path_mark is 'Assets whose paths must be looked at anew: context, edges or elements changed.';
comment on column isobar.path_mark.org_id is 'The tenant.';
comment on column isobar.path_mark.mark_id is 'Order of marking. @volatile';
comment on column isobar.path_mark.asset_id is 'The asset, under any of its names.';

grant select, insert, update, delete on isobar.asset_claim to isobar_collector, isobar_operator;
grant select, insert on isobar.asset_claim_version to isobar_collector, isobar_operator;
grant select on isobar.asset_claim, isobar.asset_claim_version to isobar_scorer, isobar_api;
grant select, insert, update, delete on isobar.context_rule to isobar_operator;
grant select, insert on isobar.context_rule_version to isobar_operator;
grant select on isobar.context_rule, isobar.context_rule_version to isobar_collector, isobar_scorer, isobar_api;
grant insert, update, delete on isobar.asset_context to isobar_operator;
grant delete on isobar.asset_context to isobar_collector;
grant select, insert on isobar.path_mark to isobar_collector, isobar_operator;
grant select on isobar.path_mark to isobar_scorer, isobar_api;

do $$
declare
    secured text;
begin
    foreach secured in array array['asset_claim', 'asset_claim_version', 'context_rule', 'context_rule_version',
                                   'path_mark'] loop
        execute format('alter table isobar.%I enable row level security', secured);
        execute format('create policy %I on isobar.%I to isobar_api '
                       'using (org_id = nullif(current_setting(''app.org_id'', true), '''')::bigint)',
                       secured || '_api', secured);
        execute format('create policy %I on isobar.%I to isobar_collector, isobar_scorer, isobar_operator using (true)',
                       secured || '_programs', secured);
    end loop;
end
$$;
