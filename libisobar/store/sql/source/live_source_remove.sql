-- SPDX-License-Identifier: Apache-2.0
-- Forgets the settings and the secrets of a live source; what it found stays.
-- $1 org_id, $2 source_id.
-- Returns n_secrets, how many were deleted.
with put as (
    update isobar.source
       set enabled = false, settings = null, interval_s = 0, misses = null, next_run_at = null
     where org_id = $1
       and source_id = $2
), gone as (
    delete from isobar.source_secret
     where org_id = $1
       and source_id = $2
    returning key
)
select count(*) as n_secrets
  from gone
