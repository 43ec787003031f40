-- SPDX-License-Identifier: Apache-2.0
-- Runs that failed of late and were not made good by a later one of the same name, in all orgs.
-- $1 since when, $2 until when.  Returns name, error; the latest first.
select r.name, r.error
  from isobar.run as r
 where r.state = 2
   and r.started_at > $1::timestamptz
   and r.started_at <= $2::timestamptz
   and not exists (
       select
         from isobar.run as l
        where l.org_id = r.org_id
          and l.name = r.name
          and l.state = 1
          and l.run_id > r.run_id)
 order by r.started_at desc, r.run_id desc
 limit 1000;
