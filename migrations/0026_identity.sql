-- SPDX-License-Identifier: Apache-2.0
-- Identity that outlives a change of the catalogue or of the keys: which risk goes on under which name, what waits
-- for a person's decision, and what a change did.

create table isobar.risk_heir (
    org_id      bigint      not null,
    fingerprint uuid        not null,
    risk_id     uuid        not null,
    is_origin   boolean     not null,
    valid_from  timestamptz not null,
    constraint risk_heir_pk primary key (org_id, fingerprint, risk_id)
);
create index risk_heir_risk_idx on isobar.risk_heir (org_id, risk_id);
comment on table isobar.risk_heir is 'Which risks of before a change of identity go on as which group of findings: scoring reads it beside the names.';
comment on column isobar.risk_heir.org_id is 'The tenant.';
comment on column isobar.risk_heir.fingerprint is 'The name that the findings have since.';
comment on column isobar.risk_heir.risk_id is 'The risk that they were in. @volatile';
comment on column isobar.risk_heir.is_origin is 'True: they are a risk of their own, which goes on with that one''s clock; false: they are that risk.';
comment on column isobar.risk_heir.valid_from is 'When it was found or decided. @volatile';

create table isobar.identity_mark (
    org_id     bigint      not null,
    shard      smallint    not null,
    since      timestamptz not null,
    everything boolean     not null,
    constraint identity_mark_pk primary key (org_id, shard),
    constraint identity_mark_shard_check check (shard between 0 and 3)
);
comment on table isobar.identity_mark is 'Shards of which it is not found yet what a change of identity means for their risks; scoring finds it before anything else.';
comment on column isobar.identity_mark.org_id is 'The tenant.';
comment on column isobar.identity_mark.shard is 'The quarter of the assets.';
comment on column isobar.identity_mark.since is 'Aliases that changed from here on. @volatile';
comment on column isobar.identity_mark.everything is 'All findings, whatever their rule.';

create table isobar.identity_change (
    org_id     bigint      not null,
    change_id  uuid        not null,
    applied_at timestamptz not null,
    actor      text        not null,
    reason     text        not null,
    renamed    integer     not null,
    split      integer     not null,
    merged     integer     not null,
    ambiguous  integer     not null,
    constraint identity_change_pk primary key (org_id, change_id)
);
comment on table isobar.identity_change is 'Changes of identity that were applied, with their cases.';
comment on column isobar.identity_change.org_id is 'The tenant.';
comment on column isobar.identity_change.change_id is 'Made by time. @volatile';
comment on column isobar.identity_change.applied_at is 'When. @volatile';
comment on column isobar.identity_change.actor is 'Who applied it; isobar-scorer: it found a new catalogue.';
comment on column isobar.identity_change.reason is 'Why.';
comment on column isobar.identity_change.renamed is 'Risks that go on under another name.';
comment on column isobar.identity_change.split is 'Risks of which a part is a risk of its own.';
comment on column isobar.identity_change.merged is 'Risks that several have become.';
comment on column isobar.identity_change.ambiguous is 'Cases that wait for a decision, or waited.';

create table isobar.identity_case (
    org_id             bigint      not null,
    case_id            uuid        not null,
    change_id          uuid        not null,
    asset_id           uuid        not null,
    state              smallint    not null default 0,
    risk_ids           uuid[]      not null,
    successor_ids      uuid[]      not null,
    successors         text[]      not null,
    locations          text[]      not null,
    findings           uuid[]      not null,
    finding_risks      integer[]   not null,
    finding_successors integer[]   not null,
    finding_open       boolean[]   not null,
    found_at           timestamptz not null,
    decided_at         timestamptz,
    actor              text        not null default '',
    reason             text        not null default '',
    constraint identity_case_pk primary key (org_id, case_id),
    constraint identity_case_state_check check (state between 0 and 1)
);
create index identity_case_waiting_idx on isobar.identity_case (org_id, case_id) where state = 0;
comment on table isobar.identity_case is 'Risks of which nothing tells what they go on as: they stay as they were until somebody decides.';
comment on column isobar.identity_case.org_id is 'The tenant.';
comment on column isobar.identity_case.case_id is 'Key of its risks and what they may become. @volatile';
comment on column isobar.identity_case.change_id is 'The change that made it. @volatile';
comment on column isobar.identity_case.asset_id is 'The asset, by its canonical id.';
comment on column isobar.identity_case.state is '0 waits, 1 decided.';
comment on column isobar.identity_case.risk_ids is 'The risks. @volatile';
comment on column isobar.identity_case.successor_ids is 'The names that their findings would have.';
comment on column isobar.identity_case.successors is 'The subjects of these.';
comment on column isobar.identity_case.locations is 'The locations of these.';
comment on column isobar.identity_case.findings is 'The findings, which are linked to their risks as long as the case waits.';
comment on column isobar.identity_case.finding_risks is 'For each finding the place of its risk, from 0.';
comment on column isobar.identity_case.finding_successors is 'For each finding the place of what it would be, from 0.';
comment on column isobar.identity_case.finding_open is 'Whether each finding was open.';
comment on column isobar.identity_case.found_at is 'When it was found. @volatile';
comment on column isobar.identity_case.decided_at is 'When it was decided; null: it waits. @volatile';
comment on column isobar.identity_case.actor is 'Who decided it; empty: nobody yet.';
comment on column isobar.identity_case.reason is 'Why; empty: nobody yet.';

comment on column isobar.risk_alias.reason is '0 renamed asset, 1 catalogue or keys, 2 merged, 3 merged by links: it ends with them, and scoring does not follow it.';

-- The scorer finds and writes; while a case waits its findings are linked to their risks; tickets follow a risk that
-- has become part of another one.
grant select, insert, update, delete on isobar.risk_heir, isobar.identity_mark to isobar_scorer, isobar_operator;
grant select, insert on isobar.identity_change to isobar_scorer;
grant select on isobar.identity_change to isobar_operator;
grant select, insert, update on isobar.identity_case to isobar_scorer, isobar_operator;
grant select on isobar.risk_heir, isobar.identity_change, isobar.identity_case to isobar_api;
grant insert, update, delete on isobar.risk_link to isobar_scorer;
grant update (risk_id, version) on isobar.ticket to isobar_scorer;

alter table isobar.risk_heir enable row level security;
create policy risk_heir_api on isobar.risk_heir to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy risk_heir_programs on isobar.risk_heir to isobar_scorer, isobar_operator using (true);
alter table isobar.identity_mark enable row level security;
create policy identity_mark_programs on isobar.identity_mark to isobar_scorer, isobar_operator using (true);
alter table isobar.identity_change enable row level security;
create policy identity_change_api on isobar.identity_change to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy identity_change_programs on isobar.identity_change to isobar_scorer, isobar_operator using (true);
alter table isobar.identity_case enable row level security;
create policy identity_case_api on isobar.identity_case to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy identity_case_programs on isobar.identity_case to isobar_scorer, isobar_operator using (true);
