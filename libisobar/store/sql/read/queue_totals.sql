-- SPDX-License-Identifier: Apache-2.0
-- How many open risks of a queue there are in each band.
-- $1 org_id, $2 smallint[] responsibilities; null takes all.  Returns band, n.
select band, sum(n) as n
  from isobar.queue_count
 where org_id = $1
   and state in (0, 1, 2)
   and ($2::smallint[] is null or responsibility = any ($2))
 group by band
having sum(n) > 0
