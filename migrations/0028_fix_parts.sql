-- SPDX-License-Identifier: Apache-2.0
-- A fix of many risks is summed in parts: a change of one risk reads a sixty-fourth of them.

create table isobar.fix_part (
    org_id     bigint   not null,
    fix_id     uuid     not null,
    part       smallint not null,
    worst      integer,
    score_sum  bigint   not null,
    n_critical integer  not null,
    n_high     integer  not null,
    n_medium   integer  not null,
    n_low      integer  not null,
    band       smallint,
    due_at     timestamptz,
    constraint fix_part_pk primary key (org_id, fix_id, part)
) with (fillfactor = 70);
comment on table isobar.fix_part is 'What the risks of a fix come to, in 64 parts; kept of fixes with many, and of these all parts.';
comment on column isobar.fix_part.org_id is 'The tenant.';
comment on column isobar.fix_part.fix_id is 'The fix.';
comment on column isobar.fix_part.part is 'The upper six bits of the risks'' ids.';
comment on column isobar.fix_part.worst is 'Greatest score of its open risks; null: there is none.';
comment on column isobar.fix_part.score_sum is 'As in fix.';
comment on column isobar.fix_part.n_critical is 'As in fix.';
comment on column isobar.fix_part.n_high is 'As in fix.';
comment on column isobar.fix_part.n_medium is 'As in fix.';
comment on column isobar.fix_part.n_low is 'As in fix.';
comment on column isobar.fix_part.band is 'Highest band of its open risks; null: there is none.';
comment on column isobar.fix_part.due_at is 'As in fix.';

alter table isobar.fix_mark add column parts bigint[] not null default '{}';
comment on column isobar.fix_mark.parts is 'A bit for each part of the fix that a risk was written in; one that is missing stands for all.';

-- The parts are ranges of it; the sums are read from it alone.
drop index isobar.risk_fix_idx;
create index risk_fix_idx on isobar.risk (org_id, fix_id, risk_id) include (score, band, due_at)
    where open and fix_id is not null;

grant select, insert, update, delete on isobar.fix_part to isobar_scorer;
grant select on isobar.fix_part to isobar_operator;
alter table isobar.fix_part enable row level security;
create policy fix_part_programs on isobar.fix_part to isobar_scorer, isobar_operator using (true);
