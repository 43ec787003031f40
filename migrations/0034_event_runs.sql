-- SPDX-License-Identifier: Apache-2.0
-- A row numbers as many events as follow one another: a first import writes hundreds of thousands of them in one go, and a row with
-- two index entries for each took longer than all else that numbering does.
alter table isobar.event_seq add column n integer not null default 1;
alter table isobar.event_seq add constraint event_seq_n_check check (n > 0);
comment on table isobar.event_seq is 'Numbers of committed events without gaps, given by one leased sequencer per org: of n events with ids one after the other.';
comment on column isobar.event_seq.seq is '1, 2, 3, …: each transaction''s events in their order, and those of a risk in theirs. The number of the first. @volatile';
comment on column isobar.event_seq.event_id is 'The first event. @volatile';
comment on column isobar.event_seq.n is 'How many: seq + i is the number of event_id + i. @volatile';
