-- SPDX-License-Identifier: Apache-2.0
-- What records of then say takes the place of what their findings say now.
-- $1 org_id.  Reads replay_read.
with source_of_run as (
    select distinct on (s.run_id, o.connector) s.run_id, o.connector, s.source_id
      from isobar.run_scope as s
      join isobar.source as o
        on o.org_id = $1
       and o.source_id = s.source_id
     where s.org_id = $1
       and s.run_id in (select f.run_id
                          from replay_read as r
                          join finding as f
                            on f.org_id = $1
                           and f.asset_id = r.asset_id
                           and f.finding_id = r.finding_id)
     order by s.run_id, o.connector, s.source_id
)
update finding as f
   set first_seen = r.first_seen, epss = r.epss, class = r.class, sev100 = r.sev100, fidelity = r.fidelity,
       maturity = r.maturity, flags = r.flags, rule = r.rule, location = r.location, engine = r.engine,
       title = r.title, upgrade_id = r.upgrade_id, content_hash = r.content_hash,
       source_id = coalesce((select s.source_id
                               from source_of_run as s
                              where s.run_id = f.run_id
                                and s.connector = f.connector), f.source_id)
  from replay_read as r
 where f.org_id = $1
   and f.asset_id = r.asset_id
   and f.finding_id = r.finding_id
