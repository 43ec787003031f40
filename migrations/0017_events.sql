-- SPDX-License-Identifier: Apache-2.0
-- The numbering of events, and the figures that are counted from them as they are numbered.

-- Which transaction wrote an event: what is committed and has no number yet is what the transactions
-- wrote that ended between two snapshots (docs/events.md), however long one of them took.  Events that
-- are there already are this migration's.
alter table isobar.risk_event add column xid xid8 not null default pg_current_xact_id();
comment on column isobar.risk_event.xid is 'The transaction that wrote it. @volatile';
create index risk_event_xid_idx on isobar.risk_event (org_id, xid, event_id);
comment on column isobar.event_seq.seq is '1, 2, 3, …: each transaction''s events in their order, and those of a risk in theirs.';

create table isobar.event_sequencer (
    org_id   bigint      not null,
    server   bigint      not null,
    last_seq bigint      not null,
    numbered pg_snapshot not null,
    target   pg_snapshot,
    place    bigint      not null,
    constraint event_sequencer_pk primary key (org_id)
);
comment on table isobar.event_sequencer is 'How far the events of an org are numbered.';
comment on column isobar.event_sequencer.org_id is 'The tenant.';
comment on column isobar.event_sequencer.server is 'System identifier of the server whose transactions the snapshots are of. @volatile';
comment on column isobar.event_sequencer.last_seq is 'The last number given.';
comment on column isobar.event_sequencer.numbered is 'Every event that this snapshot sees has its number. @volatile';
comment on column isobar.event_sequencer.target is 'Events that this snapshot sees are being numbered, batch after batch; null: none. @volatile';
comment on column isobar.event_sequencer.place is 'Of those, the ones up to this event_id have their number. @volatile';

create table isobar.sla_fact (
    org_id         bigint   not null,
    week           date     not null,
    band           smallint not null,
    provider       smallint not null,
    owner_id       bigint   not null,
    opened         bigint   not null,
    reopened       bigint   not null,
    resolved       bigint   not null,
    met            bigint   not null,
    missed         bigint   not null,
    breached       bigint   not null,
    flapped        bigint   not null,
    repeated       bigint   not null,
    late           bigint   not null,
    n_acknowledged bigint   not null,
    acknowledge_ms bigint   not null,
    resolve_ms     bigint   not null,
    constraint sla_fact_pk primary key (org_id, week, band, provider, owner_id)
);
comment on table isobar.sla_fact is 'What happened in each week, counted once from each event as it is numbered.';
comment on column isobar.sla_fact.org_id is 'The tenant.';
comment on column isobar.sla_fact.week is 'Monday of the ISO week of the event, UTC.';
comment on column isobar.sla_fact.band is 'Band after the event.';
comment on column isobar.sla_fact.provider is 'As in asset, when the event was numbered.';
comment on column isobar.sla_fact.owner_id is 'As in risk, when the event was numbered; 0: nobody.';
comment on column isobar.sla_fact.opened is 'Risks that were stored.';
comment on column isobar.sla_fact.reopened is 'Reopenings.';
comment on column isobar.sla_fact.resolved is 'Resolutions.';
comment on column isobar.sla_fact.met is 'Of these: until the due time.';
comment on column isobar.sla_fact.missed is 'Of these: after it.';
comment on column isobar.sla_fact.breached is 'Due times that passed.';
comment on column isobar.sla_fact.flapped is 'Reopenings within 24 hours of the resolution.';
comment on column isobar.sla_fact.repeated is 'Reopenings of a risk that was reopened twice before, or more.';
comment on column isobar.sla_fact.late is 'Resolutions in the last tenth of the window.';
comment on column isobar.sla_fact.n_acknowledged is 'Risks that a person first took up, assigned or decided.';
comment on column isobar.sla_fact.acknowledge_ms is 'Sum of the times until then, in milliseconds.';
comment on column isobar.sla_fact.resolve_ms is 'Sum of the times to the resolutions without pauses, in milliseconds.';

create table isobar.sla_duration (
    org_id  bigint   not null,
    measure smallint not null,
    split   smallint not null,
    part    bigint   not null,
    week    date     not null,
    bucket  smallint not null,
    n       bigint   not null,
    constraint sla_duration_pk primary key (org_id, measure, split, part, week, bucket),
    constraint sla_duration_measure_check check (measure between 0 and 1),
    constraint sla_duration_split_check check (split between 0 and 3)
);
comment on table isobar.sla_duration is 'Distributions of times, in buckets whose bounds grow by 2 %.';
comment on column isobar.sla_duration.org_id is 'The tenant.';
comment on column isobar.sla_duration.measure is '0 time to acknowledge, 1 time to resolve.';
comment on column isobar.sla_duration.split is 'What part is: 0 everything, 1 a band, 2 a provider, 3 an owner.';
comment on column isobar.sla_duration.part is '0, band, provider or owner_id as in sla_fact.';
comment on column isobar.sla_duration.week is 'As in sla_fact.';
comment on column isobar.sla_duration.bucket is 'Of times in seconds: the least i with time <= 1.02 ^ i; 0 up to a second.';
comment on column isobar.sla_duration.n is 'How many times fell into it.';

grant select, insert, update on isobar.event_sequencer, isobar.sla_fact, isobar.sla_duration to isobar_scorer;
-- A restored database has other transactions than the one that it was saved from.
grant update (xid) on isobar.risk_event to isobar_scorer;
grant select on isobar.event_sequencer to isobar_operator;
grant select on isobar.sla_fact, isobar.sla_duration to isobar_api, isobar_operator;

alter table isobar.event_sequencer enable row level security;
create policy event_sequencer_programs on isobar.event_sequencer to isobar_scorer, isobar_operator
    using (true);
alter table isobar.sla_fact enable row level security;
create policy sla_fact_api on isobar.sla_fact to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy sla_fact_programs on isobar.sla_fact to isobar_scorer, isobar_operator
    using (true);
alter table isobar.sla_duration enable row level security;
create policy sla_duration_api on isobar.sla_duration to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy sla_duration_programs on isobar.sla_duration to isobar_scorer, isobar_operator
    using (true);

-- What is due when, and which acceptances end when: counted without reading the risks.
create index risk_due_idx on isobar.risk (org_id, due_at, risk_id) include (band)
    where open and due_at is not null;
create index risk_reopens_idx on isobar.risk (org_id, reopens_at) include (band)
    where reopens_at is not null;
