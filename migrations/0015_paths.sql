-- SPDX-License-Identifier: Apache-2.0
-- Paths: toxic combinations of open risks and context over edges (catalog/toxic_rules.tsv).  A path is found
-- by the scorer's pass over marked assets, is a risk of its own on its target, and raises its members.

alter table isobar.risk add column elements bigint not null default 0;
comment on column isobar.risk.elements is 'Bits: which clauses of toxic rules the risk fulfils while it is not closed; 0: none.';
-- Few risks are elements.
create index risk_element_idx on isobar.risk (org_id, asset_id) where elements <> 0;

-- Steps are taken from either end.
create index asset_edge_to_idx on isobar.asset_edge (org_id, to_id);

alter table isobar.toxic_rule drop constraint toxic_rule_level_check;
alter table isobar.toxic_rule drop column level;
alter table isobar.toxic_rule_version drop column level;

create table isobar.path (
    org_id       bigint      not null,
    target_id    uuid        not null,
    entry_id     uuid        not null,
    rule         text        not null,
    level        smallint    not null,
    last_level   smallint    not null,
    proof_run_id bigint,
    valid_from   timestamptz not null,
    constraint path_pk primary key (org_id, target_id, entry_id, rule),
    constraint path_level_check check (level in (0, last_level) and last_level in (2, 3, 4))
);
create index path_entry_idx on isobar.path (org_id, entry_id);
comment on table isobar.path is 'Toxic rules that hold, or held: one row a rule, target and entry.';
comment on column isobar.path.org_id is 'The tenant.';
comment on column isobar.path.target_id is 'Canonical asset where the path ends: the asset of its risk.';
comment on column isobar.path.entry_id is 'Canonical asset where it begins: the location of its risk.';
comment on column isobar.path.rule is 'The toxic rule.';
comment on column isobar.path.level is '0 broken, 2 the rule holds, 3 from the internet to a high-value target, 4 to a crown jewel.';
comment on column isobar.path.last_level is 'The level, or what it was before the path broke.';
comment on column isobar.path.proof_run_id is 'Level 0: the run that closed a member, where a run did. @volatile';
comment on column isobar.path.valid_from is 'Since when the level holds. @volatile';

create table isobar.path_version (
    org_id     bigint      not null,
    target_id  uuid        not null,
    entry_id   uuid        not null,
    rule       text        not null,
    level      smallint    not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint path_version_pk primary key (org_id, target_id, entry_id, rule, valid_from)
);
comment on table isobar.path_version is 'Former rows of path.';
comment on column isobar.path_version.org_id is 'The tenant.';
comment on column isobar.path_version.target_id is 'As in path.';
comment on column isobar.path_version.entry_id is 'As in path.';
comment on column isobar.path_version.rule is 'As in path.';
comment on column isobar.path_version.level is 'As in path.';
comment on column isobar.path_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.path_version.valid_to is 'First instant of the next one. @volatile';

create table isobar.path_asset (
    org_id    bigint not null,
    asset_id  uuid   not null,
    target_id uuid   not null,
    entry_id  uuid   not null,
    rule      text   not null,
    constraint path_asset_pk primary key (org_id, asset_id, target_id, entry_id, rule)
);
create index path_asset_entry_idx on isobar.path_asset (org_id, entry_id);
comment on table isobar.path_asset is 'Assets that an unbroken path leads over: what may break it.';
comment on column isobar.path_asset.org_id is 'The tenant.';
comment on column isobar.path_asset.asset_id is 'Canonical asset on the path.';
comment on column isobar.path_asset.target_id is 'As in path.';
comment on column isobar.path_asset.entry_id is 'As in path.';
comment on column isobar.path_asset.rule is 'As in path.';

create table isobar.path_member (
    org_id    bigint   not null,
    asset_id  uuid     not null,
    risk_id   uuid     not null,
    target_id uuid     not null,
    entry_id  uuid     not null,
    rule      text     not null,
    place     smallint not null,
    clauses   bigint   not null,
    constraint path_member_pk primary key (org_id, asset_id, risk_id, target_id, entry_id, rule)
);
create index path_member_entry_idx on isobar.path_member (org_id, entry_id, target_id, rule);
comment on table isobar.path_member is 'Risks that a path is made of, or was when it broke.';
comment on column isobar.path_member.org_id is 'The tenant.';
comment on column isobar.path_member.asset_id is 'Canonical asset of the risk.';
comment on column isobar.path_member.risk_id is 'The risk. @volatile';
comment on column isobar.path_member.target_id is 'As in path.';
comment on column isobar.path_member.entry_id is 'As in path.';
comment on column isobar.path_member.rule is 'As in path.';
comment on column isobar.path_member.place is 'First place of the rule, from 0, that it helps to fulfil.';
comment on column isobar.path_member.clauses is 'Bits of the clauses that hang on such risks; 0: the path would hold without them.';

create table isobar.path_adjacent (
    org_id   bigint not null,
    asset_id uuid   not null,
    constraint path_adjacent_pk primary key (org_id, asset_id)
);
comment on table isobar.path_adjacent is 'Assets that one step leads to from an asset with an open element of a toxic rule.';
comment on column isobar.path_adjacent.org_id is 'The tenant.';
comment on column isobar.path_adjacent.asset_id is 'The canonical asset.';

grant select, insert, update, delete on isobar.path, isobar.path_asset, isobar.path_member, isobar.path_adjacent
    to isobar_scorer;
grant select, insert on isobar.path_version to isobar_scorer;
grant select, insert, delete on isobar.path_mark to isobar_scorer;
grant select on isobar.path, isobar.path_version, isobar.path_asset, isobar.path_member, isobar.path_adjacent
    to isobar_api, isobar_operator;

do $$
declare
    secured text;
begin
    foreach secured in array array['path', 'path_version', 'path_asset', 'path_member', 'path_adjacent'] loop
        execute format('alter table isobar.%I enable row level security', secured);
        execute format('create policy %I on isobar.%I to isobar_api '
                       'using (org_id = nullif(current_setting(''app.org_id'', true), '''')::bigint)',
                       secured || '_api', secured);
        execute format('create policy %I on isobar.%I to isobar_scorer, isobar_operator using (true)',
                       secured || '_programs', secured);
    end loop;
end
$$;
