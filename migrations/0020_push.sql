-- SPDX-License-Identifier: Apache-2.0
-- Bodies that are pushed to the api: what is said of each; the bytes stand in ingest_spool until a
-- collector has parsed them.

create table isobar.push (
    org_id          bigint      not null,
    push_id         uuid        not null,
    run_id          bigint,
    source          text        not null,
    format          text        not null default '',
    complete        boolean     not null default false,
    content_type    text        not null default '',
    encoding        text        not null default '',
    principal       text        not null,
    idempotency_key text,
    fingerprint     bytea,
    size            bigint      not null default 0,
    n_chunks        integer     not null default 0,
    state           smallint    not null default 0,
    received_at     timestamptz not null,
    finished_at     timestamptz,
    n_tries         smallint    not null default 0,
    backend_pid     integer     not null default 0,
    error           text        not null default '',
    constraint push_pk primary key (org_id, push_id),
    constraint push_state_check check (state between 0 and 4)
);
create unique index push_key_idx on isobar.push (org_id, idempotency_key) where idempotency_key is not null;
create index push_pending_idx on isobar.push (org_id, received_at, push_id) where state < 3;
comment on table isobar.push is 'A body that was pushed to the api, and what became of it.';
comment on column isobar.push.org_id is 'The tenant.';
comment on column isobar.push.push_id is 'Made when it began to come; spool_id of its chunks. @volatile';
comment on column isobar.push.run_id is 'The run that parsed it; null: none has. @volatile';
comment on column isobar.push.source is 'Name of the source that it is of.';
comment on column isobar.push.format is 'Format of its records; empty: to be recognised.';
comment on column isobar.push.complete is 'It holds all of its scopes: what it does not name is gone.';
comment on column isobar.push.content_type is 'As the client stated it.';
comment on column isobar.push.encoding is 'gzip, or empty: as it is.';
comment on column isobar.push.principal is 'Who pushed it.';
comment on column isobar.push.idempotency_key is 'Idempotency-Key of the request; null: none.';
comment on column isobar.push.fingerprint is 'SHA-256 of its bytes as they came; null while they come.';
comment on column isobar.push.size is 'Bytes as they came.';
comment on column isobar.push.n_chunks is 'Chunks that they stand in.';
comment on column isobar.push.state is '0 receiving, 1 waiting, 2 parsing, 3 done, 4 failed.';
comment on column isobar.push.received_at is 'When it had come whole; when it began, before. @volatile';
comment on column isobar.push.finished_at is 'When it was done or had failed; null before. @volatile';
comment on column isobar.push.n_tries is 'Collectors that began to parse it. @volatile';
comment on column isobar.push.backend_pid is 'Process of the server that serves who parses it: once it is gone, another may. @volatile';
comment on column isobar.push.error is 'Why it failed, one line.';

-- Which run brought something of a source last.
create index run_scope_source_idx on isobar.run_scope (org_id, source_id, run_id);

grant select, insert, update, delete on isobar.push to isobar_api;
grant select, update, delete on isobar.push to isobar_collector;
grant select on isobar.push to isobar_operator;
-- Not the bodies.
grant select (org_id, spool_id, chunk_no), delete on isobar.ingest_spool to isobar_api;

alter table isobar.push enable row level security;
create policy push_api on isobar.push to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy push_programs on isobar.push to isobar_collector, isobar_operator using (true);
