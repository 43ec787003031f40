-- SPDX-License-Identifier: Apache-2.0
-- Stores how far the events of an org are numbered, and tells who listens.
-- $1 org_id, $2 server, $3 last_seq, $4 numbered, $5 target, $6 place (of an empty batch); as in
-- event_sequencer.  Reads batch_event.
with put as (
    insert into isobar.event_sequencer (org_id, server, last_seq, numbered, target, place)
    values ($1, $2, $3, $4, $5, coalesce((select max(event_id) from batch_event), $6))
    on conflict (org_id) do update
       set server = excluded.server, last_seq = excluded.last_seq, numbered = excluded.numbered,
           target = excluded.target, place = excluded.place
 returning org_id
)
select pg_notify('isobar_events', org_id::text)
  from put
