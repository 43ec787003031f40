-- SPDX-License-Identifier: Apache-2.0
-- How the last self-check (isobar replay --verify) of each org ended.  Local, since whoever watches the
-- installation looks at all orgs at once, and sees numbers only.

create table isobar.self_check (
    org_id      bigint      not null,
    began_at    timestamptz not null,
    ended_at    timestamptz not null,
    n_same      bigint      not null,
    n_differ    bigint      not null,
    n_not_alone bigint      not null,
    n_damaged   bigint      not null,
    n_rewritten bigint      not null,
    constraint self_check_pk primary key (org_id)
);
comment on table isobar.self_check is 'How the last self-check of an org ended. @local';
comment on column isobar.self_check.org_id is 'The tenant.';
comment on column isobar.self_check.began_at is 'When it began. @volatile';
comment on column isobar.self_check.ended_at is 'When it ended. @volatile';
comment on column isobar.self_check.n_same is 'Findings whose record, read again, says what is stored.';
comment on column isobar.self_check.n_differ is 'Findings whose record, read again, says something else.';
comment on column isobar.self_check.n_not_alone is 'Findings whose record was stored without what it needs of its file.';
comment on column isobar.self_check.n_damaged is 'Segments of records, or places in them, that could not be read.';
comment on column isobar.self_check.n_rewritten is 'Risks that came out differently when they were scored again.';

grant select, insert, update on isobar.self_check to isobar_operator;
grant select on isobar.self_check to isobar_api;
