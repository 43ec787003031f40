-- SPDX-License-Identifier: Apache-2.0
-- Numbers what was taken.
-- $1 org_id, $2 last number given.  Reads batch_event.  Returns last_seq, last_id.
with numbered as (
    insert into isobar.event_seq (org_id, seq, event_id)
    select $1, $2::bigint + row_number() over (order by event_id), event_id
      from batch_event
     order by event_id
 returning seq, event_id
)
select max(seq) as last_seq, max(event_id) as last_id
  from numbered
