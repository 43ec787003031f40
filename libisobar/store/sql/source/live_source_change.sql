-- SPDX-License-Identifier: Apache-2.0
-- Other settings and another schedule of a live source, which is due at once unless it is paused.
-- $1 org_id, $2 source_id, $3 settings as they were read, $4 settings, $5 interval_s, $6 misses or null, $7 now.
-- Returns a row when it was stored; none when somebody else changed it meanwhile.
with put as (
    update isobar.source
       set settings = $4, interval_s = $5, misses = $6,
           next_run_at = case when enabled and $5 > 0 then $7 else next_run_at end
     where org_id = $1
       and source_id = $2
       and settings = $3::jsonb
    returning source_id
)
select source_id, pg_notify('isobar_collect', source_id::text) as told
  from put
