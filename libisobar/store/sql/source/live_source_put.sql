-- SPDX-License-Identifier: Apache-2.0
-- A live source, new or one that was removed, and wakes the collectors.
-- $1 org_id, $2 source_id, $3 name, $4 connector, $5 settings, $6 interval_s, $7 misses or null,
-- $8 next_run_at or null, $9 now.
-- Returns a row when it was stored; none when a live source of the name is there.
with put as (
    insert into isobar.source as s (org_id, source_id, name, connector, kind, enabled, settings, interval_s, misses,
                                    next_run_at, created_at)
    select $1, $2, $3, $4, 1, true, $5, $6, $7, $8, $9
     where not exists (select
                         from isobar.source
                        where org_id = $1
                          and name = $3
                          and kind = 1
                          and settings is not null)
    on conflict (org_id, source_id) do update
       set kind = 1, enabled = true, settings = excluded.settings, interval_s = excluded.interval_s,
           misses = excluded.misses, next_run_at = excluded.next_run_at
     where s.kind = 0
        or s.settings is null
    returning source_id
)
select source_id, pg_notify('isobar_collect', source_id::text) as told
  from put
