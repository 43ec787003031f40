-- SPDX-License-Identifier: Apache-2.0
-- Segments of raw records.
-- $1 org_id, $2 bigint[] segments.
select segment_id, body
  from isobar.payload_segment
 where org_id = $1
   and segment_id = any ($2::bigint[])
