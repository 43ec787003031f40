-- SPDX-License-Identifier: Apache-2.0
-- Risks: what the queue ranks, why, and what happened to them.

create table isobar.risk (
    org_id           bigint      not null,
    risk_id          uuid        not null,
    asset_id         uuid        not null,
    rank             bigint      not null,
    state_hash       bigint      not null,
    version          bigint      not null,
    opened_at        timestamptz not null,
    band_since       timestamptz not null,
    rank_since       timestamptz not null,
    due_at           timestamptz,
    next_crossing_at timestamptz,
    resolved_at      timestamptz,
    proof_run_id     bigint,
    owner_id         bigint,
    n_findings       integer     not null,
    score            smallint    not null,
    band             smallint    not null,
    state            smallint    not null,
    class            smallint    not null,
    responsibility   smallint    not null,
    layer            smallint    not null,
    open             boolean     not null,
    subject          text        not null,
    location         text        not null,
    title            text        not null,
    source_ids       bigint[]    not null,
    constraint risk_pk primary key (org_id, risk_id),
    constraint risk_score_check check (score between 0 and 1000),
    constraint risk_state_check check (state between 0 and 6),
    constraint risk_open_check check (open = (state in (0, 1, 2)))
) with (fillfactor = 90);
create index risk_rank_desc_idx on isobar.risk (org_id, rank desc, risk_id desc) where open;
create index risk_crossing_idx on isobar.risk (org_id, next_crossing_at) where open;
comment on table isobar.risk is 'One subject on one asset (and location), however many findings say so.';
comment on column isobar.risk.org_id is 'The tenant.';
comment on column isobar.risk.risk_id is 'The fingerprint that first named it; never changes. @volatile';
comment on column isobar.risk.asset_id is 'The canonical asset.';
comment on column isobar.risk.rank is '((band * 4 + slot) * 1024 + score); slot: breached 2, due soon 1, else 0.';
comment on column isobar.risk.state_hash is 'Of everything that scoring writes: an unchanged risk is not written. @volatile';
comment on column isobar.risk.version is 'Counts writes: the ETag of the api. @volatile';
comment on column isobar.risk.opened_at is 'When Isobar stored the risk, or its last reopening.';
comment on column isobar.risk.band_since is 'Start of the current unbroken stretch in this or a higher band.';
comment on column isobar.risk.rank_since is 'Since when rank holds: as-of pages read it with risk_rank_history.';
comment on column isobar.risk.due_at is 'SLA due time; null: best effort, paused, or not open.';
comment on column isobar.risk.next_crossing_at is 'When the slot changes next by time alone; null: never.';
comment on column isobar.risk.resolved_at is 'When it was proved gone; null while live.';
comment on column isobar.risk.proof_run_id is 'Run that proved it gone. @volatile';
comment on column isobar.risk.owner_id is 'Team or person that must act; null: nobody yet.';
comment on column isobar.risk.n_findings is 'Open findings in it; all of them once it is not open.';
comment on column isobar.risk.score is '0..1000, the sum of the points in risk_explanation.';
comment on column isobar.risk.band is '0 low, 1 medium, 2 high, 3 critical.';
comment on column isobar.risk.state is '0 open, 1 in progress, 2 contested, 3 accepted, 4 false positive, 5 suppressed, 6 resolved.';
comment on column isobar.risk.class is 'As in finding, of its worst finding.';
comment on column isobar.risk.responsibility is '0 customer, 1 shared, 2 provider, 3 unknown.';
comment on column isobar.risk.layer is 'Defence layer: 0 physical, 1 identity, 2 perimeter, 3 network, 4 compute, 5 application, 6 data; -1 unknown.';
comment on column isobar.risk.open is 'State is open, in progress or contested: the partial indexes use it.';
comment on column isobar.risk.subject is 'cve:…, control:…, threat:…, path:… or rule:connector/rule.';
comment on column isobar.risk.location is 'Port, identity or file; empty for CVEs.';
comment on column isobar.risk.title is 'For people.';
comment on column isobar.risk.source_ids is 'Sources that see it, ascending.';

create table isobar.risk_explanation (
    org_id      bigint      not null,
    risk_id     uuid        not null,
    model       text        not null,
    computed_at timestamptz not null,
    inputs      integer[]   not null,
    points      smallint[]  not null,
    basis       bytea       not null,
    witness     bytea       not null,
    members     uuid[]      not null,
    reasons     smallint[]  not null,
    control     text        not null,
    constraint risk_explanation_pk primary key (org_id, risk_id)
);
comment on table isobar.risk_explanation is 'The calculation behind the score, complete enough to be run again.';
comment on column isobar.risk_explanation.org_id is 'The tenant.';
comment on column isobar.risk_explanation.risk_id is 'The risk. @volatile';
comment on column isobar.risk_explanation.model is 'Score model: rs-1.0.0.';
comment on column isobar.risk_explanation.computed_at is 'When it was computed. @volatile';
comment on column isobar.risk_explanation.inputs is 'The 15 integer inputs in the order of scorer/score.h.';
comment on column isobar.risk_explanation.points is 'The 13 contributions in the order of enum factor; their sum is the score.';
comment on column isobar.risk_explanation.basis is 'A byte for each input: 0 assumed, 1 reported, 2 derived, 3 from the catalogue.';
comment on column isobar.risk_explanation.witness is 'A byte for each input: place in members of the finding that set it; 255 none.';
comment on column isobar.risk_explanation.members is 'Findings of the risk, worst first, at most 200.';
comment on column isobar.risk_explanation.reasons is 'For each member why it is here: bits 1 same asset name, 2 asset alias, 4 same CVE, 8 advisory alias, 16 catalogue control, 32 same rule, 64 same threat.';
comment on column isobar.risk_explanation.control is 'Canonical control that joined them, or empty.';

create table isobar.risk_alias (
    org_id      bigint      not null,
    fingerprint uuid        not null,
    risk_id     uuid        not null,
    reason      smallint    not null,
    valid_from  timestamptz not null,
    constraint risk_alias_pk primary key (org_id, fingerprint)
);
comment on table isobar.risk_alias is 'Fingerprints that lead to a risk named by another one: identity survives renames.';
comment on column isobar.risk_alias.org_id is 'The tenant.';
comment on column isobar.risk_alias.fingerprint is 'Key of asset, subject and location as they are now.';
comment on column isobar.risk_alias.risk_id is 'The risk that goes on. @volatile';
comment on column isobar.risk_alias.reason is '0 renamed asset, 1 catalogue, 2 merged, 3 by hand.';
comment on column isobar.risk_alias.valid_from is 'Since when. @volatile';

create table isobar.risk_link (
    org_id     bigint      not null,
    finding_id uuid        not null,
    risk_id    uuid        not null,
    kind       smallint    not null,
    actor      text        not null,
    reason     text        not null,
    valid_from timestamptz not null,
    constraint risk_link_pk primary key (org_id, finding_id)
);
comment on table isobar.risk_link is 'Human links and splits: hard constraints of correlation.';
comment on column isobar.risk_link.org_id is 'The tenant.';
comment on column isobar.risk_link.finding_id is 'The finding.';
comment on column isobar.risk_link.risk_id is 'Where a person put it. @volatile';
comment on column isobar.risk_link.kind is '0 linked here, 1 split off into this risk of its own.';
comment on column isobar.risk_link.actor is 'Who decided.';
comment on column isobar.risk_link.reason is 'Why.';
comment on column isobar.risk_link.valid_from is 'When. @volatile';

create table isobar.risk_link_version (
    org_id     bigint      not null,
    finding_id uuid        not null,
    risk_id    uuid        not null,
    kind       smallint    not null,
    actor      text        not null,
    reason     text        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint risk_link_version_pk primary key (org_id, finding_id, valid_from)
);
comment on table isobar.risk_link_version is 'Former rows of risk_link.';
comment on column isobar.risk_link_version.org_id is 'The tenant.';
comment on column isobar.risk_link_version.finding_id is 'As in risk_link.';
comment on column isobar.risk_link_version.risk_id is 'As in risk_link. @volatile';
comment on column isobar.risk_link_version.kind is 'As in risk_link.';
comment on column isobar.risk_link_version.actor is 'As in risk_link.';
comment on column isobar.risk_link_version.reason is 'As in risk_link.';
comment on column isobar.risk_link_version.valid_from is 'First instant of the version. @volatile';
comment on column isobar.risk_link_version.valid_to is 'First instant of the next one. @volatile';

create table isobar.risk_note (
    org_id     bigint      not null,
    note_id    uuid        not null,
    risk_id    uuid        not null,
    actor      text        not null,
    body       text        not null,
    written_at timestamptz not null,
    constraint risk_note_pk primary key (org_id, note_id)
);
comment on table isobar.risk_note is 'What people wrote about a risk.';
comment on column isobar.risk_note.org_id is 'The tenant.';
comment on column isobar.risk_note.note_id is 'UUIDv7 made by the writer. @volatile';
comment on column isobar.risk_note.risk_id is 'The risk. @volatile';
comment on column isobar.risk_note.actor is 'Who wrote it.';
comment on column isobar.risk_note.body is 'Plain text.';
comment on column isobar.risk_note.written_at is 'When. @volatile';

create table isobar.risk_claim (
    org_id     bigint      not null,
    risk_id    uuid        not null,
    claim      smallint    not null,
    actor      text        not null,
    reason     text        not null,
    claimed_at timestamptz not null,
    constraint risk_claim_pk primary key (org_id, risk_id, claimed_at)
);
comment on table isobar.risk_claim is 'Human statements about a risk, apart from the facts of its sources.';
comment on column isobar.risk_claim.org_id is 'The tenant.';
comment on column isobar.risk_claim.risk_id is 'The risk. @volatile';
comment on column isobar.risk_claim.claim is '0 works on it, 1 says fixed, 2 says false positive, 3 entered by hand.';
comment on column isobar.risk_claim.actor is 'Who says so.';
comment on column isobar.risk_claim.reason is 'Why.';
comment on column isobar.risk_claim.claimed_at is 'When.';

create table isobar.risk_event (
    org_id   bigint      not null,
    event_id bigint      generated by default as identity,
    risk_id  uuid        not null,
    at       timestamptz not null,
    kind     smallint    not null,
    state    smallint    not null,
    band     smallint    not null,
    score    smallint    not null,
    due_at   timestamptz,
    actor    text        not null,
    reason   text        not null,
    run_id   bigint,
    constraint risk_event_pk primary key (org_id, event_id)
);
comment on table isobar.risk_event is 'What happened to risks: the history, the change feed and the ground of as-of questions.';
comment on column isobar.risk_event.org_id is 'The tenant.';
comment on column isobar.risk_event.event_id is 'Order of writing, with gaps; event_seq numbers them without. @volatile';
comment on column isobar.risk_event.risk_id is 'The risk. @volatile';
comment on column isobar.risk_event.at is 'When it happened.';
comment on column isobar.risk_event.kind is '0 opened, 1 band changed, 2 state changed, 3 resolved, 4 reopened, 5 due soon, 6 breached, 7 owner changed, 8 merged, 9 due time changed.';
comment on column isobar.risk_event.state is 'State after it.';
comment on column isobar.risk_event.band is 'Band after it.';
comment on column isobar.risk_event.score is 'Score after it.';
comment on column isobar.risk_event.due_at is 'Due time after it.';
comment on column isobar.risk_event.actor is 'A principal, or system.';
comment on column isobar.risk_event.reason is 'One word or line.';
comment on column isobar.risk_event.run_id is 'Run that caused it, where one did. @volatile';

create table isobar.event_seq (
    org_id   bigint not null,
    seq      bigint not null,
    event_id bigint not null,
    constraint event_seq_pk primary key (org_id, seq),
    constraint event_seq_event_key unique (org_id, event_id)
);
comment on table isobar.event_seq is 'Numbers of committed events without gaps, given by one leased sequencer per org.';
comment on column isobar.event_seq.org_id is 'The tenant.';
comment on column isobar.event_seq.seq is '1, 2, 3, … in the order of commitment.';
comment on column isobar.event_seq.event_id is 'The event. @volatile';

create table isobar.score_history (
    org_id     bigint      not null,
    risk_id    uuid        not null,
    score      smallint    not null,
    band       smallint    not null,
    inputs     integer[]   not null,
    model      text        not null,
    valid_to   timestamptz not null
);
create index score_history_time_idx on isobar.score_history using brin (valid_to);
comment on table isobar.score_history is 'Former scores; the current one is in risk and risk_explanation.';
comment on column isobar.score_history.org_id is 'The tenant.';
comment on column isobar.score_history.risk_id is 'The risk. @volatile';
comment on column isobar.score_history.score is 'Score until valid_to.';
comment on column isobar.score_history.band is 'Band until valid_to.';
comment on column isobar.score_history.inputs is 'Its 15 inputs.';
comment on column isobar.score_history.model is 'Its model.';
comment on column isobar.score_history.valid_to is 'When it was replaced. @volatile';

create table isobar.risk_rank_history (
    org_id     bigint      not null,
    rank       bigint      not null,
    risk_id    uuid        not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    constraint risk_rank_history_pk primary key (org_id, rank, risk_id, valid_from)
);
comment on table isobar.risk_rank_history is 'Former ranks of open risks: as-of pages read them together with risk.rank_since.';
comment on column isobar.risk_rank_history.org_id is 'The tenant.';
comment on column isobar.risk_rank_history.rank is 'As in risk.';
comment on column isobar.risk_rank_history.risk_id is 'The risk. @volatile';
comment on column isobar.risk_rank_history.valid_from is 'First instant of the rank. @volatile';
comment on column isobar.risk_rank_history.valid_to is 'First instant of the next one, or of leaving the queue. @volatile';

create table isobar.dirty_mark (
    org_id   bigint not null,
    mark_id  bigint generated by default as identity,
    asset_id uuid   not null,
    run_id   bigint not null,
    constraint dirty_mark_pk primary key (org_id, mark_id)
);
comment on table isobar.dirty_mark is 'Assets whose risks must be computed anew; appended by writers, deleted by the scorer''s drain.';
comment on column isobar.dirty_mark.org_id is 'The tenant.';
comment on column isobar.dirty_mark.mark_id is 'Order of marking. @volatile';
comment on column isobar.dirty_mark.asset_id is 'Asset under the name that the finding uses.';
comment on column isobar.dirty_mark.run_id is 'Run that changed it; 0 for a change of rules or context. @volatile';

create table isobar.fix (
    org_id     bigint      not null,
    fix_id     uuid        not null,
    kind       smallint    not null,
    title      text        not null,
    g          smallint    not null,
    band       smallint    not null,
    n_risks    integer     not null,
    open       boolean     not null,
    updated_at timestamptz not null,
    constraint fix_pk primary key (org_id, fix_id)
);
create index fix_order_idx on isobar.fix (org_id, band desc, g desc, fix_id desc) where open;
comment on table isobar.fix is 'One action that closes one or more risks.';
comment on column isobar.fix.org_id is 'The tenant.';
comment on column isobar.fix.fix_id is 'Key of the action.';
comment on column isobar.fix.kind is '0 package upgrade, 1 configuration change, 2 policy change, 3 other.';
comment on column isobar.fix.title is 'For people.';
comment on column isobar.fix.g is 'Group score, 0..1000.';
comment on column isobar.fix.band is 'Band of its worst risk.';
comment on column isobar.fix.n_risks is 'Open risks that it closes.';
comment on column isobar.fix.open is 'False once it closes nothing.';
comment on column isobar.fix.updated_at is 'When it was computed. @volatile';

create table isobar.fix_member (
    org_id  bigint not null,
    fix_id  uuid   not null,
    risk_id uuid   not null,
    constraint fix_member_pk primary key (org_id, fix_id, risk_id)
);
comment on table isobar.fix_member is 'Which risks a fix closes.';
comment on column isobar.fix_member.org_id is 'The tenant.';
comment on column isobar.fix_member.fix_id is 'The fix.';
comment on column isobar.fix_member.risk_id is 'The risk. @volatile';

create table isobar.queue_count (
    org_id         bigint   not null,
    band           smallint not null,
    state          smallint not null,
    responsibility smallint not null,
    n              bigint   not null,
    constraint queue_count_pk primary key (org_id, band, state, responsibility)
);
comment on table isobar.queue_count is 'How many risks there are of each kind, kept by the writing statement.';
comment on column isobar.queue_count.org_id is 'The tenant.';
comment on column isobar.queue_count.band is 'As in risk.';
comment on column isobar.queue_count.state is 'As in risk.';
comment on column isobar.queue_count.responsibility is 'As in risk.';
comment on column isobar.queue_count.n is 'Risks.';
