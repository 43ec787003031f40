-- SPDX-License-Identifier: Apache-2.0
-- Questions that are asked over HTTP: what would move by another model, other policies or another context.  The
-- api writes down what is asked, a scorer answers it; nothing else of the org is written.

create table isobar.what_if (
    org_id      bigint      not null,
    what_if_id  uuid        not null,
    kind        smallint    not null,
    body        text        not null,
    movers      integer     not null,
    principal   text        not null,
    state       smallint    not null default 0,
    n_tries     smallint    not null default 0,
    backend_pid integer     not null default 0,
    asked_at    timestamptz not null,
    finished_at timestamptz,
    report      text,
    error       text        not null default '',
    constraint what_if_pk primary key (org_id, what_if_id),
    constraint what_if_kind_check check (kind between 0 and 2),
    constraint what_if_state_check check (state between 0 and 3)
);
create unique index what_if_pending_key on isobar.what_if (org_id) where state < 2;
comment on table isobar.what_if is 'Questions of what would move, asked over HTTP, and their answers: for an hour.';
comment on column isobar.what_if.org_id is 'The tenant.';
comment on column isobar.what_if.what_if_id is 'UUIDv7 made by the api. @volatile';
comment on column isobar.what_if.kind is '0 a score model, 1 SLA policies, 2 claims of context.';
comment on column isobar.what_if.body is 'What is tried: a file''s text, or lines of claims; empty once it is answered.';
comment on column isobar.what_if.movers is 'So many of the largest changes are told.';
comment on column isobar.what_if.principal is 'Who asked.';
comment on column isobar.what_if.state is '0 waiting, 1 running, 2 done, 3 failed.';
comment on column isobar.what_if.n_tries is 'Scorers that began to answer it. @volatile';
comment on column isobar.what_if.backend_pid is 'Process of the server that serves who answers it: once it is gone, another may. @volatile';
comment on column isobar.what_if.asked_at is 'When. @volatile';
comment on column isobar.what_if.finished_at is 'When it was done or had failed; null before. @volatile';
comment on column isobar.what_if.report is 'The answer, as isobar what-if --json prints it; null: there is none.';
comment on column isobar.what_if.error is 'Why it failed, one line.';

grant select, insert on isobar.what_if to isobar_api;
grant select, update, delete on isobar.what_if to isobar_scorer;
grant select on isobar.what_if to isobar_operator;

alter table isobar.what_if enable row level security;
create policy what_if_api on isobar.what_if to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy what_if_programs on isobar.what_if to isobar_scorer, isobar_operator using (true);
