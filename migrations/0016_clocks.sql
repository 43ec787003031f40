-- SPDX-License-Identifier: Apache-2.0
-- Clocks that follow an org's own policies, decisions that end by their date, owners that people set,
-- and events that are written once for each crossing.

-- The ledger: a due time that was approved, and segments that begin in the future (an acceptance ends).
alter table isobar.sla_segment add column due_at timestamptz;
comment on column isobar.sla_segment.due_at is 'From here on due at this time: a later one that was approved; null: by the window.';
comment on column isobar.sla_segment.from_at is 'When it begins; in the future for what ends by its date.';

alter table isobar.risk
    add column policy_id   bigint,
    add column owner_basis smallint not null default 0,
    add column reopens_at  timestamptz;
alter table isobar.risk add constraint risk_owner_basis_check check (owner_basis between 0 and 2);
comment on column isobar.risk.due_at is 'SLA due time; null: best effort, or paused without an end. Of an accepted risk: once it is open again.';
comment on column isobar.risk.next_crossing_at is 'When time alone changes the risk next (due soon, a warn point, breached, the end of its acceptance) and no event was written of it yet; null: never.';
comment on column isobar.risk.policy_id is 'The policy that sets the due time; null: a default.';
comment on column isobar.risk.owner_basis is 'Who set the owner: 0 nobody, 1 a rule, 2 a person: rules leave it then.';
comment on column isobar.risk.reopens_at is 'When its acceptance ends and it is open again, whatever was written of it; null: never by itself.';
drop index isobar.risk_crossing_idx;
create index risk_crossing_idx on isobar.risk (org_id, next_crossing_at) where next_crossing_at is not null;

-- Policies.
alter table isobar.sla_policy
    add column acceptance_max_seconds bigint not null default 15552000,
    add column reason                 text   not null default '';
alter table isobar.sla_policy_version
    add column acceptance_max_seconds bigint not null default 15552000,
    add column reason                 text   not null default '';
alter table isobar.sla_policy
    add constraint sla_policy_acceptance_check check (acceptance_max_seconds > 0);
comment on column isobar.sla_policy.environment is 'Selects: sandbox, development, test, staging or production.';
comment on column isobar.sla_policy.acceptance_max_seconds is 'For so long its risks may be accepted at most.';
comment on column isobar.sla_policy.reason is 'Why it is as it is: due times that move later are approved with it.';
comment on column isobar.sla_policy_version.acceptance_max_seconds is 'As in sla_policy.';
comment on column isobar.sla_policy_version.reason is 'As in sla_policy.';
comment on column isobar.calendar.hours is 'Working hours: {"monday": ["09:00-12:00", "13:00-17:00"], ...}; a day that is missing is free.';

-- A due time that is to move later, asked for and decided.
create table isobar.sla_extension (
    org_id       bigint      not null,
    extension_id uuid        not null,
    risk_id      uuid        not null,
    due_at       timestamptz not null,
    state        smallint    not null,
    reason       text        not null,
    requested_by text        not null,
    requested_at timestamptz not null,
    decided_by   text,
    decided_at   timestamptz,
    constraint sla_extension_pk primary key (org_id, extension_id),
    constraint sla_extension_state_check check (state between 0 and 2)
);
create index sla_extension_risk_idx on isobar.sla_extension (org_id, risk_id);
comment on table isobar.sla_extension is 'Due times that are to move later: asked for by one, approved by another.';
comment on column isobar.sla_extension.org_id is 'The tenant.';
comment on column isobar.sla_extension.extension_id is 'UUIDv7 made by the writer. @volatile';
comment on column isobar.sla_extension.risk_id is 'The risk. @volatile';
comment on column isobar.sla_extension.due_at is 'The due time that is asked for.';
comment on column isobar.sla_extension.state is '0 asked for, 1 approved, 2 refused.';
comment on column isobar.sla_extension.reason is 'Why.';
comment on column isobar.sla_extension.requested_by is 'Who asked.';
comment on column isobar.sla_extension.requested_at is 'When.';
comment on column isobar.sla_extension.decided_by is 'Who approved or refused.';
comment on column isobar.sla_extension.decided_at is 'When.';

-- Acceptances of a fix, too.
alter table isobar.acceptance add column fix_id uuid;
alter table isobar.acceptance_version add column fix_id uuid;
alter table isobar.acceptance drop constraint acceptance_target_check;
alter table isobar.acceptance add constraint acceptance_target_check
    check ((risk_id is not null)::integer + (filter is not null)::integer + (fix_id is not null)::integer = 1);
comment on column isobar.acceptance.risk_id is 'The risk; null: of several. @volatile';
comment on column isobar.acceptance.filter is 'A selector of risks (one CVE across the assets of a team), as text; null: none.';
comment on column isobar.acceptance.fix_id is 'The fix whose risks are accepted; null: not of a fix.';
comment on column isobar.acceptance_version.fix_id is 'As in acceptance.';
alter table isobar.acceptance alter column filter type text using filter::text;
alter table isobar.acceptance_version alter column filter type text using filter::text;

-- Suppression rules.
alter table isobar.suppression_rule add column mark_at timestamptz;
alter table isobar.suppression_rule alter column filter type text using filter::text;
alter table isobar.suppression_rule_version alter column filter type text using filter::text;
create index suppression_rule_mark_idx on isobar.suppression_rule (org_id, mark_at) where mark_at is not null;
comment on column isobar.suppression_rule.filter is 'Which findings: a selector, as text.';
comment on column isobar.suppression_rule.mark_at is 'When assets must be scored again because it begins or ends; null: not by time. @volatile';

-- What people say of a risk holds for what they saw.
alter table isobar.risk_claim add column evidence uuid[] not null default '{}';
comment on column isobar.risk_claim.claim is '0 works on it, 1 says fixed, 2 says false positive, 3 entered by hand, 4 put back, 5 withdraws what was said.';
comment on column isobar.risk_claim.evidence is 'Findings of the risk that it is said of: another one is new evidence.';
alter table isobar.risk_claim drop constraint risk_claim_pk;
alter table isobar.risk_claim add constraint risk_claim_pk primary key (org_id, risk_id, claimed_at, claim);

-- Who works on what: people share a queue without taking the same risk.
create table isobar.risk_lease (
    org_id     bigint      not null,
    risk_id    uuid        not null,
    holder     text        not null,
    claimed_at timestamptz not null,
    expires_at timestamptz not null,
    constraint risk_lease_pk primary key (org_id, risk_id)
);
comment on table isobar.risk_lease is 'Risks that somebody has taken for a while to work on.';
comment on column isobar.risk_lease.org_id is 'The tenant.';
comment on column isobar.risk_lease.risk_id is 'The risk. @volatile';
comment on column isobar.risk_lease.holder is 'Who has it.';
comment on column isobar.risk_lease.claimed_at is 'Since when.';
comment on column isobar.risk_lease.expires_at is 'Until when, unless it is renewed; then anybody may take it.';

-- Owners.
alter table isobar.owner
    add column email      text not null default '',
    add column escalation text not null default '';
alter table isobar.owner_version
    add column email      text not null default '',
    add column escalation text not null default '';
comment on column isobar.owner.email is 'Where mail reaches it; empty for nowhere.';
comment on column isobar.owner.escalation is 'Whom to turn to when it does not act: a name or an address; empty for nobody.';
comment on column isobar.owner_version.email is 'As in owner.';
comment on column isobar.owner_version.escalation is 'As in owner.';

-- Events: each crossing once; the history of a risk; what they follow from.
alter table isobar.risk_event add column cause_id uuid;
comment on column isobar.risk_event.kind is '0 opened, 1 band changed, 2 state changed, 3 resolved, 4 reopened, 5 due soon, 6 breached, 7 owner changed, 8 merged, 9 due time changed, 10 warn point, 11 acceptance ends soon, 12 claimed, 13 released.';
comment on column isobar.risk_event.cause_id is 'Acceptance or extension that caused it, where one did. @volatile';
create unique index risk_event_crossing_idx on isobar.risk_event (org_id, risk_id, kind, due_at, reason)
    where kind in (5, 6, 10, 11);
create index risk_event_risk_idx on isobar.risk_event (org_id, risk_id, event_id);

grant select, insert, update on isobar.sla_extension to isobar_api, isobar_operator;
grant select on isobar.sla_extension to isobar_scorer;
grant select, insert, update, delete on isobar.risk_lease to isobar_api, isobar_operator;
grant select, delete on isobar.risk_lease to isobar_scorer;
-- People decide by the command line as by the api.
grant update on isobar.risk, isobar.queue_count, isobar.queue_version to isobar_operator;
grant insert on isobar.queue_count, isobar.queue_version, isobar.queue_change, isobar.risk_claim,
    isobar.risk_event, isobar.sla_segment, isobar.risk_rank_history, isobar.fix_mark to isobar_operator;
-- Answers to requests; the command line writes decisions by the same statement, without any.
grant insert, update on isobar.idempotency_key to isobar_operator;
grant delete on isobar.sla_segment to isobar_operator, isobar_api, isobar_scorer;
grant select, insert, update on isobar.queue_version to isobar_api;
grant insert on isobar.queue_change, isobar.fix_mark to isobar_api;
grant update on isobar.suppression_rule to isobar_scorer;

alter table isobar.sla_extension enable row level security;
create policy sla_extension_api on isobar.sla_extension to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy sla_extension_programs on isobar.sla_extension to isobar_scorer, isobar_operator
    using (true);
alter table isobar.risk_lease enable row level security;
create policy risk_lease_api on isobar.risk_lease to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy risk_lease_programs on isobar.risk_lease to isobar_scorer, isobar_operator
    using (true);
create policy fix_mark_api on isobar.fix_mark to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
