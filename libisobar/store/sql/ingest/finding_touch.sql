-- Takes over the newer time of a record that repeats another one of the same command, so that a third
-- one between them in time does not win.  Nothing is written for what earlier commands stored.
-- $1 org_id, $2 command_id.  Reads page_key.
with findings as (
    update isobar.finding as f
       set updated_at = k.updated_at
      from page_key as k
     where f.org_id = $1
       and f.asset_id = k.asset_id
       and f.finding_id = k.finding_id
       and not k.passing
       and f.content_hash = k.content_hash
       and f.updated_at < k.updated_at
       and f.run_id >= $2
)
update isobar.control_state as c
   set updated_at = k.updated_at
  from page_key as k
 where c.org_id = $1
   and c.asset_id = k.asset_id
   and c.finding_id = k.finding_id
   and k.passing
   and c.content_hash = k.content_hash
   and c.updated_at < k.updated_at
   and c.run_id >= $2
