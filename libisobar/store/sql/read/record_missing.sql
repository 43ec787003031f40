-- SPDX-License-Identifier: Apache-2.0
-- Segments that findings refer to and that are not there.
-- $1 org_id.  Returns segment_id, run_id, name, n (findings).
select f.segment_id, f.segment_id >> 20 as run_id, coalesce(min(r.name), '') as name, count(*) as n
  from isobar.finding as f
  left join isobar.run as r
    on r.org_id = $1
   and r.run_id = f.segment_id >> 20
 where f.org_id = $1
   and not exists (select
                     from isobar.payload_segment as s
                    where s.org_id = $1
                      and s.segment_id = f.segment_id)
 group by f.segment_id
 order by f.segment_id
