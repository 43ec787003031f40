-- SPDX-License-Identifier: Apache-2.0
-- Numbers what was taken.
-- $1 org_id, $2 last number given.  Reads batch_event.
insert into isobar.event_seq (org_id, seq, event_id)
select $1, $2::bigint + row_number() over (order by event_id), event_id
  from batch_event
 order by event_id
