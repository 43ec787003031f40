-- SPDX-License-Identifier: Apache-2.0
-- A record that states something of its finding's asset (tags, claims, edges) can be passed over like any other known
-- one, as long as the source's records state the same of the asset as before
-- (docs/decisions/0005-record-digests-skip-parsing.md).
alter table isobar.finding add column stated integer not null default 0;
comment on column isobar.finding.stated is 'Digest of what the record states of the asset; bits: 1 tags, 2 more than tags; 0: nothing. @volatile';
alter table isobar.control_state add column stated integer not null default 0;
comment on column isobar.control_state.stated is 'As in finding. @volatile';
alter table isobar.asset add column stated jsonb;
comment on column isobar.asset.stated is 'By source: digests of what it last stated of the asset, each with its tags where there are several; nothing of a source whose tags are not the asset''s, or of which several say more than tags. @volatile';
