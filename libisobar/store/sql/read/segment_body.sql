-- SPDX-License-Identifier: Apache-2.0
-- A segment of raw records.
-- $1 org_id, $2 segment_id.
select body
  from isobar.payload_segment
 where org_id = $1
   and segment_id = $2
