-- SPDX-License-Identifier: Apache-2.0
-- The score model of an org, where it is not the catalogue's.

create table isobar.org_model (
    org_id     bigint      not null,
    model      text        not null,
    checksum   text        not null,
    body       text        not null,
    actor      text        not null,
    reason     text        not null,
    valid_from timestamptz not null,
    constraint org_model_pk primary key (org_id)
);
comment on table isobar.org_model is 'The score model that an org has taken in place of the catalogue''s.';
comment on column isobar.org_model.org_id is 'The tenant.';
comment on column isobar.org_model.model is 'Its name and version; no two models of an org have one name.';
comment on column isobar.org_model.checksum is 'SHA-256 of body, in hex.';
comment on column isobar.org_model.body is 'The file, as catalog/models/ has them.';
comment on column isobar.org_model.actor is 'Who activated it.';
comment on column isobar.org_model.reason is 'Why.';
comment on column isobar.org_model.valid_from is 'Since when it holds. @volatile';

create table isobar.org_model_version (
    org_id     bigint      not null,
    model      text        not null,
    checksum   text        not null,
    body       text        not null,
    actor      text        not null,
    reason     text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint org_model_version_pk primary key (org_id, valid_from)
);
comment on table isobar.org_model_version is 'Former rows of org_model.';
comment on column isobar.org_model_version.org_id is 'The tenant.';
comment on column isobar.org_model_version.model is 'As in org_model.';
comment on column isobar.org_model_version.checksum is 'As in org_model.';
comment on column isobar.org_model_version.body is 'As in org_model.';
comment on column isobar.org_model_version.actor is 'As in org_model.';
comment on column isobar.org_model_version.reason is 'As in org_model.';
comment on column isobar.org_model_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.org_model_version.valid_to is 'First instant of the next one, or of its end. @volatile';

grant select on isobar.org_model, isobar.org_model_version to isobar_scorer, isobar_api;
grant select, insert, update, delete on isobar.org_model to isobar_operator;
grant select, insert on isobar.org_model_version to isobar_operator;

alter table isobar.org_model enable row level security;
create policy org_model_api on isobar.org_model to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy org_model_programs on isobar.org_model to isobar_scorer, isobar_operator using (true);
alter table isobar.org_model_version enable row level security;
create policy org_model_version_api on isobar.org_model_version to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy org_model_version_programs on isobar.org_model_version to isobar_scorer, isobar_operator
    using (true);
