-- SPDX-License-Identifier: Apache-2.0
-- Human links and splits: what the stored numbers mean now that people make them.

comment on column isobar.risk_link.risk_id is 'The risk that it was put into, by the name that its findings give it; of a split, the id that was made for it. @volatile';
comment on column isobar.risk_link_version.valid_to is 'First instant of the next one, or of its end. @volatile';
comment on column isobar.risk_alias.reason is '0 renamed asset, 1 catalogue, 2 merged, 3 merged by links: it ends with them, and scoring does not follow it.';
comment on column isobar.risk_explanation.reasons is 'For each member why it is here: bits 1 same asset name, 2 asset alias, 4 same CVE, 8 advisory alias, 16 catalogue control, 32 same rule, 64 same threat, 128 linked by a person, 256 split off by a person.';
comment on column isobar.risk_event.kind is '0 opened, 1 band changed, 2 state changed, 3 resolved, 4 reopened, 5 due soon, 6 breached, 7 owner changed, 8 merged, 9 due time changed, 10 warn point, 11 acceptance ends soon, 12 claimed, 13 released, 14 links changed.';
