-- SPDX-License-Identifier: Apache-2.0
-- Live collection: schedules and secrets of sources, runs made of parts, and what is known of each scope.

alter table isobar.source
    add column interval_s  integer     not null default 0,
    add column misses      smallint,
    add column next_run_at timestamptz,
    add constraint source_interval_check check (interval_s >= 0),
    add constraint source_misses_check check (misses between 1 and 100);
comment on column isobar.source.interval_s is 'Seconds from one run to the next; 0: only when it is asked for.';
comment on column isobar.source.misses is 'Complete scopes in a row without a finding that close it; null: as docs/collecting.md says.';
comment on column isobar.source.next_run_at is 'When its next run is due; null: none is. @volatile';

create table isobar.source_secret (
    org_id    bigint      not null,
    source_id bigint      not null,
    key       text        not null,
    sealed    bytea       not null,
    key_name  text        not null,
    stored_at timestamptz not null,
    constraint source_secret_pk primary key (org_id, source_id, key)
);
comment on table isobar.source_secret is 'Secrets of sources, sealed by a key that is not in the database.';
comment on column isobar.source_secret.org_id is 'The tenant.';
comment on column isobar.source_secret.source_id is 'The source.';
comment on column isobar.source_secret.key is 'Which of its settings.';
comment on column isobar.source_secret.sealed is 'AES-256-GCM under a key of its own, which the named key seals. @volatile';
comment on column isobar.source_secret.key_name is 'Digest of the key that seals it. @volatile';
comment on column isobar.source_secret.stored_at is 'When it was given. @volatile';

create table isobar.source_scope (
    org_id          bigint      not null,
    source_id       bigint      not null,
    scope_id        bigint      not null,
    scope           text        not null,
    title           text        not null default '',
    state           smallint    not null default 0,
    reason          text        not null default '',
    met_at          timestamptz not null,
    run_id          bigint      not null,
    complete_run_id bigint,
    complete_at     timestamptz,
    n_live          bigint      not null default 0,
    n_absent        bigint      not null default 0,
    constraint source_scope_pk primary key (org_id, source_id, scope_id),
    constraint source_scope_state_check check (state between 0 and 6)
);
create index source_scope_idx on isobar.source_scope (org_id, scope_id);
comment on table isobar.source_scope is 'What is known of each scope of a source: whether anything proved it, and what stands in the way.';
comment on column isobar.source_scope.org_id is 'The tenant.';
comment on column isobar.source_scope.source_id is 'The source.';
comment on column isobar.source_scope.scope_id is 'As in run_scope.';
comment on column isobar.source_scope.scope is 'As in run_scope.';
comment on column isobar.source_scope.title is 'The account''s name, for people; empty when not known.';
comment on column isobar.source_scope.state is '0 met, 1 complete, 2 partial, 3 denied, 4 not switched on, 5 lost, 6 held for confirmation.';
comment on column isobar.source_scope.reason is 'Why it is not complete, one line.';
comment on column isobar.source_scope.met_at is 'When it was first met. @volatile';
comment on column isobar.source_scope.run_id is 'The run that set its state. @volatile';
comment on column isobar.source_scope.complete_run_id is 'The last run that was complete there. @volatile';
comment on column isobar.source_scope.complete_at is 'When that was. @volatile';
comment on column isobar.source_scope.n_live is 'Findings of it that were live at its last proof.';
comment on column isobar.source_scope.n_absent is 'Of these: the ones that a confirmation would close.';

alter table isobar.run
    add column source_id  bigint,
    add column holder     text not null default '',
    add column n_parts    integer not null default 0,
    add column n_complete integer not null default 0,
    drop constraint run_state_check,
    add constraint run_state_check check (state between 0 and 3);
comment on column isobar.run.state is '0 running, 1 done, 2 failed, 3 done in part.';
comment on column isobar.run.source_id is 'The live source; null: a file.';
comment on column isobar.run.holder is 'The collector that works on it, or did last. @volatile';
comment on column isobar.run.n_parts is 'Parts of a live run.';
comment on column isobar.run.n_complete is 'Of these: complete ones.';
create index run_source_idx on isobar.run (org_id, source_id, run_id) where source_id is not null;

create table isobar.run_part (
    org_id     bigint      not null,
    run_id     bigint      not null,
    part_no    integer     not null,
    name       text        not null,
    kind       text        not null,
    data       text        not null,
    scopes     text[]      not null,
    title      text        not null default '',
    state      smallint    not null default 0,
    cursor     text,
    n_pages    bigint      not null default 0,
    n_records  bigint      not null default 0,
    n_seen     bigint      not null default 0,
    n_closed   bigint      not null default 0,
    error      text        not null default '',
    updated_at timestamptz not null,
    constraint run_part_pk primary key (org_id, run_id, part_no),
    constraint run_part_name_key unique (org_id, run_id, name),
    constraint run_part_state_check check (state between 0 and 7)
);
comment on table isobar.run_part is 'A listing of a live run, with the place that it has come to.';
comment on column isobar.run_part.org_id is 'The tenant.';
comment on column isobar.run_part.run_id is 'The run. @volatile';
comment on column isobar.run_part.part_no is '0 is the plan, which finds the others.';
comment on column isobar.run_part.name is 'Unique in its run.';
comment on column isobar.run_part.kind is 'The connector''s word for this kind of listing.';
comment on column isobar.run_part.data is 'What the connector needs to list it.';
comment on column isobar.run_part.scopes is 'Scopes that it proves when it is complete, with all below them.';
comment on column isobar.run_part.title is 'The account''s name, for people.';
comment on column isobar.run_part.state is '0 waiting, 1 listing, 2 listed, 3 complete, 4 partial, 5 denied, 6 not switched on, 7 failed.';
comment on column isobar.run_part.cursor is 'Of the next page; null: the first one. @volatile';
comment on column isobar.run_part.n_pages is 'Pages stored.';
comment on column isobar.run_part.n_records is 'Records in them.';
comment on column isobar.run_part.n_seen is 'Rows of run_seen that these pages wrote: fewer are there after a crash of the database.';
comment on column isobar.run_part.n_closed is 'Findings that its proof closed.';
comment on column isobar.run_part.error is 'Why it is not complete, one line.';
comment on column isobar.run_part.updated_at is 'When it moved last. @volatile';

create table isobar.run_stated (
    org_id    bigint not null,
    run_id    bigint not null,
    asset_id  uuid   not null,
    source_id bigint not null,
    source    text   not null,
    tags      text   not null
);
create index run_stated_idx on isobar.run_stated (org_id, run_id);
comment on table isobar.run_stated is 'What a live run''s pages state of assets, until it ends: all of it replaces what its source stated before.';
comment on column isobar.run_stated.org_id is 'The tenant.';
comment on column isobar.run_stated.run_id is 'The run. @volatile';
comment on column isobar.run_stated.asset_id is 'The asset.';
comment on column isobar.run_stated.source_id is 'Who states it.';
comment on column isobar.run_stated.source is 'Its name.';
comment on column isobar.run_stated.tags is 'A JSON object, or empty.';

create table isobar.run_claim (
    org_id    bigint   not null,
    run_id    bigint   not null,
    asset_id  uuid     not null,
    source_id bigint   not null,
    field     smallint not null,
    level     smallint not null,
    evidence  text     not null
);
create index run_claim_idx on isobar.run_claim (org_id, run_id);
comment on table isobar.run_claim is 'Claims of these statements.';
comment on column isobar.run_claim.org_id is 'The tenant.';
comment on column isobar.run_claim.run_id is 'The run. @volatile';
comment on column isobar.run_claim.asset_id is 'The asset.';
comment on column isobar.run_claim.source_id is 'Who claims it.';
comment on column isobar.run_claim.field is 'As in asset_claim.';
comment on column isobar.run_claim.level is 'As in asset_claim.';
comment on column isobar.run_claim.evidence is 'As in asset_claim.';

create table isobar.run_edge (
    org_id    bigint   not null,
    run_id    bigint   not null,
    from_id   uuid     not null,
    to_id     uuid     not null,
    kind      smallint not null,
    source_id bigint   not null,
    stated_id uuid     not null
);
create index run_edge_idx on isobar.run_edge (org_id, run_id);
comment on table isobar.run_edge is 'Edges of these statements.';
comment on column isobar.run_edge.org_id is 'The tenant.';
comment on column isobar.run_edge.run_id is 'The run. @volatile';
comment on column isobar.run_edge.from_id is 'As in asset_edge.';
comment on column isobar.run_edge.to_id is 'As in asset_edge.';
comment on column isobar.run_edge.kind is 'As in asset_edge.';
comment on column isobar.run_edge.source_id is 'Who states it.';
comment on column isobar.run_edge.stated_id is 'The asset that the statement is about.';

alter table isobar.run_seen add column part_no integer not null default 0;
comment on column isobar.run_seen.part_no is 'The part of a live run; 0 of a file.';
create index run_seen_run_idx on isobar.run_seen (org_id, run_id, part_no);

alter table isobar.lease add column backend_pid integer not null default 0;
comment on column isobar.lease.backend_pid is 'Process of the server that serves the holder: once it is gone, so is the lease.';

grant select, insert, update on isobar.source_scope, isobar.run_part to isobar_collector;
grant select on isobar.source_scope, isobar.run_part to isobar_api, isobar_operator;
grant select on isobar.source_scope to isobar_scorer;
grant select, insert, delete on isobar.run_stated, isobar.run_claim, isobar.run_edge to isobar_collector;
grant select on isobar.run_stated, isobar.run_claim, isobar.run_edge to isobar_operator;
grant select, insert, update, delete on isobar.source_secret to isobar_operator;
grant select on isobar.source_secret to isobar_collector;

alter table isobar.source_secret enable row level security;
create policy source_secret_programs on isobar.source_secret to isobar_collector, isobar_operator
    using (true);
alter table isobar.source_scope enable row level security;
create policy source_scope_api on isobar.source_scope to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy source_scope_programs on isobar.source_scope
    to isobar_collector, isobar_scorer, isobar_operator using (true);
alter table isobar.run_part enable row level security;
create policy run_part_api on isobar.run_part to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy run_part_programs on isobar.run_part to isobar_collector, isobar_operator using (true);
alter table isobar.run_stated enable row level security;
create policy run_stated_programs on isobar.run_stated to isobar_collector, isobar_operator using (true);
alter table isobar.run_claim enable row level security;
create policy run_claim_programs on isobar.run_claim to isobar_collector, isobar_operator using (true);
alter table isobar.run_edge enable row level security;
create policy run_edge_programs on isobar.run_edge to isobar_collector, isobar_operator using (true);
