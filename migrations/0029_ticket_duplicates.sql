-- SPDX-License-Identifier: Apache-2.0
-- Risks that become one bring a ticket each, and a person would see the problem twice.

alter table isobar.ticket add column duplicate_of uuid;
comment on column isobar.ticket.duplicate_of is 'The ticket that stands for it since two risks became one: it is to be closed outside. Null: none.';

grant update (state, duplicate_of) on isobar.ticket to isobar_scorer;
