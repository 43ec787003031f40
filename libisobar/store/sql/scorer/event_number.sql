-- SPDX-License-Identifier: Apache-2.0
-- Numbers what was taken: a row for events whose ids follow one another.
-- $1 org_id, $2 last number given.  Reads batch_event.
insert into isobar.event_seq (org_id, seq, event_id, n)
select $1, $2::bigint + min(place), min(event_id), count(*)
  from (select event_id, row_number() over (order by event_id) as place
          from batch_event) as e
 group by event_id - place
 order by min(place)
