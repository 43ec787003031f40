-- SPDX-License-Identifier: Apache-2.0
-- Policy: what an org decided about time, acceptance, suppression, owners and queues.
-- Former rows of what score, route or clock read are kept in <table>_version (0001_reference.sql).

create table isobar.sla_policy (
    org_id         bigint      not null,
    policy_id      bigint      not null,
    position       integer     not null,
    name           text        not null,
    band           smallint,
    provider       smallint,
    environment    text,
    tag            text,
    owner_id       bigint,
    framework      text,
    window_seconds bigint      not null,
    warn_percent   smallint    not null,
    warn_points    smallint[]  not null default '{}',
    calendar_id    bigint,
    kev_cap        boolean     not null default true,
    start_at       smallint    not null default 0,
    enabled        boolean     not null default true,
    actor          text        not null,
    valid_from     timestamptz not null,
    constraint sla_policy_pk primary key (org_id, policy_id),
    constraint sla_policy_name_key unique (org_id, name),
    constraint sla_policy_band_check check (band between 0 and 3),
    constraint sla_policy_window_check check (window_seconds >= 0),
    constraint sla_policy_warn_check check (warn_percent between 1 and 99),
    constraint sla_policy_start_check check (start_at in (0, 1))
);
comment on table isobar.sla_policy is 'How long a risk may stay open. The first policy that matches counts; an empty selector matches all.';
comment on column isobar.sla_policy.org_id is 'The tenant.';
comment on column isobar.sla_policy.policy_id is 'Number made from org and name.';
comment on column isobar.sla_policy.position is 'Order in which policies are tried, ascending; then by policy_id.';
comment on column isobar.sla_policy.name is 'For people.';
comment on column isobar.sla_policy.band is 'Selects: 0 low, 1 medium, 2 high, 3 critical.';
comment on column isobar.sla_policy.provider is 'Selects: 0 none, 1 aws, 2 azure, 3 gcp, 4 oci.';
comment on column isobar.sla_policy.environment is 'Selects by the assets environment.';
comment on column isobar.sla_policy.tag is 'Selects by an assets tag: key=value, or key.';
comment on column isobar.sla_policy.owner_id is 'Selects by owner.';
comment on column isobar.sla_policy.framework is 'Selects by a framework that the control belongs to.';
comment on column isobar.sla_policy.window_seconds is 'Time to fix; 0 is best effort: never due.';
comment on column isobar.sla_policy.warn_percent is 'Due soon when so much of the window is used up.';
comment on column isobar.sla_policy.warn_points is 'Further percentages at which to warn.';
comment on column isobar.sla_policy.calendar_id is 'Counts only its working hours; null counts all hours.';
comment on column isobar.sla_policy.kev_cap is 'Due no later than start + (KEV due date - KEV date added).';
comment on column isobar.sla_policy.start_at is '0 when Isobar stored the risk, 1 the sources first-seen time.';
comment on column isobar.sla_policy.enabled is 'False: passed over.';
comment on column isobar.sla_policy.actor is 'Who wrote this version.';
comment on column isobar.sla_policy.valid_from is 'Since when this version holds. @volatile';

create table isobar.sla_policy_version (
    org_id         bigint      not null,
    policy_id      bigint      not null,
    position       integer     not null,
    name           text        not null,
    band           smallint,
    provider       smallint,
    environment    text,
    tag            text,
    owner_id       bigint,
    framework      text,
    window_seconds bigint      not null,
    warn_percent   smallint    not null,
    warn_points    smallint[]  not null,
    calendar_id    bigint,
    kev_cap        boolean     not null,
    start_at       smallint    not null,
    enabled        boolean     not null,
    actor          text        not null,
    valid_from     timestamptz not null,
    valid_to       timestamptz not null,
    constraint sla_policy_version_pk primary key (org_id, policy_id, valid_from)
);
comment on table isobar.sla_policy_version is 'Former rows of sla_policy.';
comment on column isobar.sla_policy_version.org_id is 'The tenant.';
comment on column isobar.sla_policy_version.policy_id is 'As in sla_policy.';
comment on column isobar.sla_policy_version.position is 'As in sla_policy.';
comment on column isobar.sla_policy_version.name is 'As in sla_policy.';
comment on column isobar.sla_policy_version.band is 'As in sla_policy.';
comment on column isobar.sla_policy_version.provider is 'As in sla_policy.';
comment on column isobar.sla_policy_version.environment is 'As in sla_policy.';
comment on column isobar.sla_policy_version.tag is 'As in sla_policy.';
comment on column isobar.sla_policy_version.owner_id is 'As in sla_policy.';
comment on column isobar.sla_policy_version.framework is 'As in sla_policy.';
comment on column isobar.sla_policy_version.window_seconds is 'As in sla_policy.';
comment on column isobar.sla_policy_version.warn_percent is 'As in sla_policy.';
comment on column isobar.sla_policy_version.warn_points is 'As in sla_policy.';
comment on column isobar.sla_policy_version.calendar_id is 'As in sla_policy.';
comment on column isobar.sla_policy_version.kev_cap is 'As in sla_policy.';
comment on column isobar.sla_policy_version.start_at is 'As in sla_policy.';
comment on column isobar.sla_policy_version.enabled is 'As in sla_policy.';
comment on column isobar.sla_policy_version.actor is 'As in sla_policy.';
comment on column isobar.sla_policy_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.sla_policy_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.sla_segment (
    org_id     bigint      not null,
    risk_id    uuid        not null,
    segment_no smallint    not null,
    from_at    timestamptz not null,
    mode       smallint    not null,
    reason     text        not null,
    actor      text        not null,
    band       smallint    not null,
    constraint sla_segment_pk primary key (org_id, risk_id, segment_no),
    constraint sla_segment_mode_check check (mode between 0 and 2),
    constraint sla_segment_band_check check (band between 0 and 3)
);
comment on table isobar.sla_segment is 'The ledger of the clocks: a segment lasts until the next one begins.';
comment on column isobar.sla_segment.org_id is 'The tenant.';
comment on column isobar.sla_segment.risk_id is 'The risk. @volatile';
comment on column isobar.sla_segment.segment_no is '0, 1, 2, ... in order of time.';
comment on column isobar.sla_segment.from_at is 'When it begins.';
comment on column isobar.sla_segment.mode is '0 running, 1 paused, 2 stopped.';
comment on column isobar.sla_segment.reason is 'opened, accepted, resolved, ...';
comment on column isobar.sla_segment.actor is 'A principal, or system.';
comment on column isobar.sla_segment.band is 'Band from here on: 0 low, 1 medium, 2 high, 3 critical.';

create table isobar.calendar (
    org_id      bigint      not null,
    calendar_id bigint      not null,
    name        text        not null,
    time_zone   text        not null,
    hours       jsonb       not null,
    holidays    text        not null,
    actor       text        not null,
    valid_from  timestamptz not null,
    constraint calendar_pk primary key (org_id, calendar_id),
    constraint calendar_name_key unique (org_id, name)
);
comment on table isobar.calendar is 'Working time, for policies that count it.';
comment on column isobar.calendar.org_id is 'The tenant.';
comment on column isobar.calendar.calendar_id is 'Number made from org and name.';
comment on column isobar.calendar.name is 'For people.';
comment on column isobar.calendar.time_zone is 'IANA name: Europe/Berlin.';
comment on column isobar.calendar.hours is 'Working hours by weekday.';
comment on column isobar.calendar.holidays is 'iCalendar; empty for none.';
comment on column isobar.calendar.actor is 'Who wrote this version.';
comment on column isobar.calendar.valid_from is 'Since when this version holds. @volatile';

create table isobar.calendar_version (
    org_id      bigint      not null,
    calendar_id bigint      not null,
    name        text        not null,
    time_zone   text        not null,
    hours       jsonb       not null,
    holidays    text        not null,
    actor       text        not null,
    valid_from  timestamptz not null,
    valid_to    timestamptz not null,
    constraint calendar_version_pk primary key (org_id, calendar_id, valid_from)
);
comment on table isobar.calendar_version is 'Former rows of calendar.';
comment on column isobar.calendar_version.org_id is 'The tenant.';
comment on column isobar.calendar_version.calendar_id is 'As in calendar.';
comment on column isobar.calendar_version.name is 'As in calendar.';
comment on column isobar.calendar_version.time_zone is 'As in calendar.';
comment on column isobar.calendar_version.hours is 'As in calendar.';
comment on column isobar.calendar_version.holidays is 'As in calendar.';
comment on column isobar.calendar_version.actor is 'As in calendar.';
comment on column isobar.calendar_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.calendar_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.acceptance (
    org_id        bigint      not null,
    acceptance_id uuid        not null,
    risk_id       uuid,
    filter        jsonb,
    state         smallint    not null,
    reason        text        not null,
    requested_by  text        not null,
    requested_at  timestamptz not null,
    approved_by   text,
    approved_at   timestamptz,
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    actor         text        not null,
    valid_from    timestamptz not null,
    constraint acceptance_pk primary key (org_id, acceptance_id),
    constraint acceptance_state_check check (state between 0 and 3),
    constraint acceptance_target_check check ((risk_id is null) <> (filter is null)),
    constraint acceptance_window_check check (starts_at < ends_at),
    constraint acceptance_approval_check check (state <> 1 or (approved_by is not null and approved_at is not null))
);
create index acceptance_risk_idx on isobar.acceptance (org_id, risk_id) where risk_id is not null;
create index acceptance_end_idx on isobar.acceptance (org_id, ends_at) where state = 1;
comment on table isobar.acceptance is 'Decisions to live with risks until a date: of one risk, or of all that a rule selects.';
comment on column isobar.acceptance.org_id is 'The tenant.';
comment on column isobar.acceptance.acceptance_id is 'UUIDv7 made by the writer. @volatile';
comment on column isobar.acceptance.risk_id is 'The risk; null: by rule. @volatile';
comment on column isobar.acceptance.filter is 'What the rule selects (one CVE across the assets of a team); null: one risk.';
comment on column isobar.acceptance.state is '0 asked for, 1 approved, 2 refused, 3 revoked.';
comment on column isobar.acceptance.reason is 'Why.';
comment on column isobar.acceptance.requested_by is 'Who asked.';
comment on column isobar.acceptance.requested_at is 'When.';
comment on column isobar.acceptance.approved_by is 'Who approved or refused.';
comment on column isobar.acceptance.approved_at is 'When.';
comment on column isobar.acceptance.starts_at is 'From when it holds, once approved.';
comment on column isobar.acceptance.ends_at is 'Until when.';
comment on column isobar.acceptance.actor is 'Who wrote this version.';
comment on column isobar.acceptance.valid_from is 'Since when this version holds. @volatile';

create table isobar.acceptance_version (
    org_id        bigint      not null,
    acceptance_id uuid        not null,
    risk_id       uuid,
    filter        jsonb,
    state         smallint    not null,
    reason        text        not null,
    requested_by  text        not null,
    requested_at  timestamptz not null,
    approved_by   text,
    approved_at   timestamptz,
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    actor         text        not null,
    valid_from    timestamptz not null,
    valid_to      timestamptz not null,
    constraint acceptance_version_pk primary key (org_id, acceptance_id, valid_from)
);
comment on table isobar.acceptance_version is 'Former rows of acceptance.';
comment on column isobar.acceptance_version.org_id is 'The tenant.';
comment on column isobar.acceptance_version.acceptance_id is 'As in acceptance.';
comment on column isobar.acceptance_version.risk_id is 'As in acceptance.';
comment on column isobar.acceptance_version.filter is 'As in acceptance.';
comment on column isobar.acceptance_version.state is 'As in acceptance.';
comment on column isobar.acceptance_version.reason is 'As in acceptance.';
comment on column isobar.acceptance_version.requested_by is 'As in acceptance.';
comment on column isobar.acceptance_version.requested_at is 'As in acceptance.';
comment on column isobar.acceptance_version.approved_by is 'As in acceptance.';
comment on column isobar.acceptance_version.approved_at is 'As in acceptance.';
comment on column isobar.acceptance_version.starts_at is 'As in acceptance.';
comment on column isobar.acceptance_version.ends_at is 'As in acceptance.';
comment on column isobar.acceptance_version.actor is 'As in acceptance.';
comment on column isobar.acceptance_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.acceptance_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.suppression_rule (
    org_id     bigint      not null,
    rule_id    bigint      not null,
    name       text        not null,
    filter     jsonb       not null,
    mode       smallint    not null,
    starts_at  timestamptz not null,
    ends_at    timestamptz,
    reason     text        not null,
    actor      text        not null,
    valid_from timestamptz not null,
    constraint suppression_rule_pk primary key (org_id, rule_id),
    constraint suppression_rule_name_key unique (org_id, name),
    constraint suppression_rule_mode_check check (mode in (0, 1))
);
comment on table isobar.suppression_rule is 'Findings that are not to count.';
comment on column isobar.suppression_rule.org_id is 'The tenant.';
comment on column isobar.suppression_rule.rule_id is 'Number made from org and name.';
comment on column isobar.suppression_rule.name is 'For people.';
comment on column isobar.suppression_rule.filter is 'Which findings.';
comment on column isobar.suppression_rule.mode is '0 only counts what it would suppress, 1 suppresses.';
comment on column isobar.suppression_rule.starts_at is 'From when it holds.';
comment on column isobar.suppression_rule.ends_at is 'Until when; null: until it is changed.';
comment on column isobar.suppression_rule.reason is 'Why.';
comment on column isobar.suppression_rule.actor is 'Who wrote this version.';
comment on column isobar.suppression_rule.valid_from is 'Since when this version holds. @volatile';

create table isobar.suppression_rule_version (
    org_id     bigint      not null,
    rule_id    bigint      not null,
    name       text        not null,
    filter     jsonb       not null,
    mode       smallint    not null,
    starts_at  timestamptz not null,
    ends_at    timestamptz,
    reason     text        not null,
    actor      text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint suppression_rule_version_pk primary key (org_id, rule_id, valid_from)
);
comment on table isobar.suppression_rule_version is 'Former rows of suppression_rule.';
comment on column isobar.suppression_rule_version.org_id is 'The tenant.';
comment on column isobar.suppression_rule_version.rule_id is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.name is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.filter is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.mode is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.starts_at is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.ends_at is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.reason is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.actor is 'As in suppression_rule.';
comment on column isobar.suppression_rule_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.suppression_rule_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.owner (
    org_id     bigint      not null,
    owner_id   bigint      not null,
    name       text        not null,
    kind       smallint    not null,
    contact    text        not null,
    actor      text        not null,
    valid_from timestamptz not null,
    constraint owner_pk primary key (org_id, owner_id),
    constraint owner_name_key unique (org_id, name),
    constraint owner_kind_check check (kind in (0, 1))
);
comment on table isobar.owner is 'Teams and persons that must act.';
comment on column isobar.owner.org_id is 'The tenant.';
comment on column isobar.owner.owner_id is 'Number made from org and name.';
comment on column isobar.owner.name is 'For people, and in filters.';
comment on column isobar.owner.kind is '0 team, 1 person.';
comment on column isobar.owner.contact is 'Where to reach it; empty for nowhere.';
comment on column isobar.owner.actor is 'Who wrote this version.';
comment on column isobar.owner.valid_from is 'Since when this version holds. @volatile';

create table isobar.owner_version (
    org_id     bigint      not null,
    owner_id   bigint      not null,
    name       text        not null,
    kind       smallint    not null,
    contact    text        not null,
    actor      text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint owner_version_pk primary key (org_id, owner_id, valid_from)
);
comment on table isobar.owner_version is 'Former rows of owner.';
comment on column isobar.owner_version.org_id is 'The tenant.';
comment on column isobar.owner_version.owner_id is 'As in owner.';
comment on column isobar.owner_version.name is 'As in owner.';
comment on column isobar.owner_version.kind is 'As in owner.';
comment on column isobar.owner_version.contact is 'As in owner.';
comment on column isobar.owner_version.actor is 'As in owner.';
comment on column isobar.owner_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.owner_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.owner_rule (
    org_id     bigint      not null,
    rule_id    bigint      not null,
    level      smallint    not null,
    position   integer     not null,
    pattern    text        not null,
    owner_id   bigint      not null,
    actor      text        not null,
    valid_from timestamptz not null,
    constraint owner_rule_pk primary key (org_id, rule_id),
    constraint owner_rule_level_check check (level between 0 and 4),
    constraint owner_rule_owner_fk foreign key (org_id, owner_id) references isobar.owner (org_id, owner_id)
);
create index owner_rule_owner_idx on isobar.owner_rule (org_id, owner_id);
comment on table isobar.owner_rule is 'Who owns which assets. The lowest level that matches counts, in it the lowest position.';
comment on column isobar.owner_rule.org_id is 'The tenant.';
comment on column isobar.owner_rule.rule_id is 'Number made from org, level and pattern.';
comment on column isobar.owner_rule.level is '0 tag of the resource, 1 resource group, 2 account, subscription or project, 3 path pattern, 4 default.';
comment on column isobar.owner_rule.position is 'Order within the level, ascending.';
comment on column isobar.owner_rule.pattern is 'key=value, a name, or a pattern over the canonical id; empty for the default.';
comment on column isobar.owner_rule.owner_id is 'The owner.';
comment on column isobar.owner_rule.actor is 'Who wrote this version.';
comment on column isobar.owner_rule.valid_from is 'Since when this version holds. @volatile';

create table isobar.owner_rule_version (
    org_id     bigint      not null,
    rule_id    bigint      not null,
    level      smallint    not null,
    position   integer     not null,
    pattern    text        not null,
    owner_id   bigint      not null,
    actor      text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint owner_rule_version_pk primary key (org_id, rule_id, valid_from)
);
comment on table isobar.owner_rule_version is 'Former rows of owner_rule.';
comment on column isobar.owner_rule_version.org_id is 'The tenant.';
comment on column isobar.owner_rule_version.rule_id is 'As in owner_rule.';
comment on column isobar.owner_rule_version.level is 'As in owner_rule.';
comment on column isobar.owner_rule_version.position is 'As in owner_rule.';
comment on column isobar.owner_rule_version.pattern is 'As in owner_rule.';
comment on column isobar.owner_rule_version.owner_id is 'As in owner_rule.';
comment on column isobar.owner_rule_version.actor is 'As in owner_rule.';
comment on column isobar.owner_rule_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.owner_rule_version.valid_to is 'First instant of the next one, or of its end. @volatile';

create table isobar.saved_queue (
    org_id     bigint      not null,
    queue_id   bigint      not null,
    name       text        not null,
    title      text        not null,
    kind       smallint    not null,
    filter     jsonb       not null,
    sort       smallint    not null,
    actor      text        not null,
    updated_at timestamptz not null,
    constraint saved_queue_pk primary key (org_id, queue_id),
    constraint saved_queue_name_key unique (org_id, name),
    constraint saved_queue_kind_check check (kind in (0, 1)),
    constraint saved_queue_sort_check check (sort between 0 and 2)
);
comment on table isobar.saved_queue is 'Filters and orders over risks or fixes, by name.';
comment on column isobar.saved_queue.org_id is 'The tenant.';
comment on column isobar.saved_queue.queue_id is 'Number made from org and name.';
comment on column isobar.saved_queue.name is 'As in the apis path.';
comment on column isobar.saved_queue.title is 'For people.';
comment on column isobar.saved_queue.kind is '0 of risks, 1 of fixes.';
comment on column isobar.saved_queue.filter is 'What it shows.';
comment on column isobar.saved_queue.sort is '0 by rank, 1 by due time, 2 by age.';
comment on column isobar.saved_queue.actor is 'Who wrote it last.';
comment on column isobar.saved_queue.updated_at is 'When. @volatile';
