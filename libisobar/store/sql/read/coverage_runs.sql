-- SPDX-License-Identifier: Apache-2.0
-- The next runs, newest first.
-- $1 org_id, $2 run_id of the one before or null, $3 most rows, $4 the only source's name or null, $5 state or
-- null, $6 the only run_id or null.
select r.run_id, r.name, s.name as source, s.connector, r.format, r.state, r.started_at, r.finished_at, r.build,
       r.n_records, r.n_findings, r.n_new, r.n_changed, r.n_unchanged, r.n_quarantined, r.n_closed, r.n_parts,
       r.n_complete, r.error, r.source_id is not null as is_live
  from isobar.run as r
  left join isobar.source as s
    on s.org_id = r.org_id
   and s.source_id = r.source_id
 where r.org_id = $1
   and ($2::bigint is null or r.run_id < $2)
   and ($6::bigint is null or r.run_id = $6)
   and ($5::smallint is null or r.state = $5)
   and ($4::text is null
        or exists (
           select
             from isobar.source as o
            where o.org_id = $1
              and o.name = $4
              and (o.source_id = r.source_id
                   or exists (
                      select
                        from isobar.run_scope as c
                       where c.org_id = $1
                         and c.source_id = o.source_id
                         and c.run_id = r.run_id))))
 order by r.run_id desc
 limit $3
