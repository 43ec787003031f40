-- SPDX-License-Identifier: Apache-2.0
-- What tells a reader of the queue that it moved, and which risks did: the ETag of every list, and how
-- the api keeps its index of risks current without reading them all again.  Whoever writes risks raises
-- the org's version in the last statement of the transaction and stores under it the ids that were
-- written.  The version's row stays locked until the commit, so versions are committed in their order
-- and without a gap.

create table isobar.queue_version (
    org_id  bigint not null,
    version bigint not null,
    constraint queue_version_pk primary key (org_id)
);
comment on table isobar.queue_version is 'How often risks of an org were written; no row: never.';
comment on column isobar.queue_version.org_id is 'The tenant.';
comment on column isobar.queue_version.version is '1, 2, 3, … one for each committed transaction that wrote risks. @volatile';

create table isobar.queue_change (
    org_id   bigint  not null,
    version  bigint  not null,
    part     integer not null,
    risk_ids uuid[]  not null,
    constraint queue_change_pk primary key (org_id, version, part)
);
comment on table isobar.queue_change is 'Which risks a version wrote. Former versions are deleted after a while: who is further behind reads all risks.';
comment on column isobar.queue_change.org_id is 'The tenant.';
comment on column isobar.queue_change.version is 'As in queue_version. @volatile';
comment on column isobar.queue_change.part is 'A transaction writes its ids in parts, from 1.';
comment on column isobar.queue_change.risk_ids is 'The risks. @volatile';

-- Risks that are there already: the first reader must know that there is a version.
insert into isobar.queue_version (org_id, version)
select org_id, 1
  from isobar.risk
 group by org_id;

grant select, insert, update on isobar.queue_version to isobar_scorer;
grant select, insert, delete on isobar.queue_change to isobar_scorer;
grant select on isobar.queue_version, isobar.queue_change to isobar_api, isobar_operator;

alter table isobar.queue_version enable row level security;
create policy queue_version_api on isobar.queue_version to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy queue_version_programs on isobar.queue_version to isobar_scorer, isobar_operator
    using (true);
alter table isobar.queue_change enable row level security;
create policy queue_change_api on isobar.queue_change to isobar_api
    using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
create policy queue_change_programs on isobar.queue_change to isobar_scorer, isobar_operator
    using (true);
