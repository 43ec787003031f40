-- SPDX-License-Identifier: Apache-2.0
-- The clock of what is split off goes on as that of the risk that it was part of, which links may have made another
-- one than its findings would be in by themselves.

alter table isobar.risk_link add column origin uuid;
comment on column isobar.risk_link.origin is 'Of a split the risk that it was part of; null: where the finding is by itself. @volatile';
alter table isobar.risk_link_version add column origin uuid;
comment on column isobar.risk_link_version.origin is 'As in risk_link. @volatile';
