-- SPDX-License-Identifier: Apache-2.0
-- What a risk was at a time: former rows that say all that the queue reads, and what moved each score.

-- A former row of the queue: what a page reads of a risk, as long as it was so.  What was kept until now
-- lacks that: no question as of a time before this migration can be answered by it.
alter table isobar.org add column history_from timestamptz;
comment on column isobar.org.history_from is 'As-of questions reach back to here; null: to the first event. @volatile';
update isobar.org as o
   set history_from = now()
 where exists (select
                 from isobar.risk as r
                where r.org_id = o.org_id);
delete from isobar.risk_rank_history;
alter table isobar.risk_rank_history
    add column state            smallint not null,
    add column responsibility   smallint not null,
    add column due_at           timestamptz,
    add column next_crossing_at timestamptz,
    add column reopens_at       timestamptz,
    add column soon_at          timestamptz;
alter table isobar.risk_rank_history drop constraint risk_rank_history_pk;
alter table isobar.risk_rank_history
    add constraint risk_rank_history_pk primary key (org_id, risk_id, valid_from);
comment on table isobar.risk_rank_history is 'What risks were in the queue and out of it: former values of the columns that a page reads. As-of pages read it together with risk.rank_since.';
comment on column isobar.risk_rank_history.rank is 'As in risk; band and score are in it.';
comment on column isobar.risk_rank_history.valid_from is 'First instant of all this. @volatile';
comment on column isobar.risk_rank_history.valid_to is 'First instant of what came next. @volatile';
comment on column isobar.risk_rank_history.state is 'As in risk.';
comment on column isobar.risk_rank_history.responsibility is 'As in risk.';
comment on column isobar.risk_rank_history.due_at is 'As in risk.';
comment on column isobar.risk_rank_history.next_crossing_at is 'As in risk; before valid_to: from then on rank and state are others, as in risk.';
comment on column isobar.risk_rank_history.reopens_at is 'As in risk.';
comment on column isobar.risk_rank_history.soon_at is 'As in risk.';
comment on column isobar.risk.rank_since is 'Since when rank, state, responsibility, due time and crossings are what they are: as-of pages read it with risk_rank_history.';

-- Pages as of a time: in the order of the queue, what kept its rank to the end; what did not; and by time,
-- where only few rows can be meant.
create index risk_rank_history_page_idx
    on isobar.risk_rank_history (org_id, rank desc, risk_id desc) include (valid_from, valid_to, state, responsibility)
    where state <= 2 and (next_crossing_at is null or next_crossing_at >= valid_to);
create index risk_rank_history_crossed_idx on isobar.risk_rank_history (org_id, valid_to, valid_from)
    where next_crossing_at < valid_to;
create index risk_rank_history_to_idx on isobar.risk_rank_history (org_id, valid_to);
create index risk_rank_history_from_idx on isobar.risk_rank_history (org_id, valid_from);
create index risk_since_idx on isobar.risk (org_id, rank_since) where open;

-- Scores: kept whenever an input, its basis or the model changes, with all that the sum was made of, so that what
-- moved is told by comparing two rows.
alter table isobar.score_history
    add column version bigint not null default 0,
    add column points  smallint[],
    add column basis   bytea;
update isobar.score_history as h
   set version = f.version
  from (select org_id, ctid as place,
               -row_number() over (partition by org_id, risk_id order by valid_to desc) as version
          from isobar.score_history) as f
 where h.org_id = f.org_id
   and h.ctid = f.place;
create index score_history_risk_idx on isobar.score_history (org_id, risk_id, version);
comment on table isobar.score_history is 'Former scores, with what they were made of; the current one is in risk and risk_explanation.';
comment on column isobar.score_history.version is 'Of the risk when it was replaced: the order of a risk''s rows. @volatile';
comment on column isobar.score_history.points is 'Its contributions, as in risk_explanation; null: from before they were kept.';
comment on column isobar.score_history.basis is 'As in risk_explanation: tells where a changed input came from; null: from before it was kept.';

-- The history of one risk.
create index risk_alias_risk_idx on isobar.risk_alias (org_id, risk_id);
create index risk_note_risk_idx on isobar.risk_note (org_id, risk_id);
