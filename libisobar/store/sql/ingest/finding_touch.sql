-- Takes over what the content hash leaves out: the newer time of a record that repeats another one of the same
-- command, so that a third one between them in time does not win; and the digest of a record that states something
-- else of its asset than the one that was read before.
-- $1 org_id, $2 command_id.  Reads page_key.
with findings as (
    update isobar.finding as f
       set updated_at = case when f.run_id >= $2 then greatest(f.updated_at, k.updated_at) else f.updated_at end,
           record_digest = k.record_digest, stated = k.stated
      from page_key as k
     where f.org_id = $1
       and f.asset_id = k.asset_id
       and f.finding_id = k.finding_id
       and not k.passing
       and f.content_hash = k.content_hash
       and ((f.updated_at < k.updated_at and f.run_id >= $2) or f.stated <> k.stated)
)
update isobar.control_state as c
   set updated_at = case when c.run_id >= $2 then greatest(c.updated_at, k.updated_at) else c.updated_at end,
       record_digest = k.record_digest, stated = k.stated
  from page_key as k
 where c.org_id = $1
   and c.asset_id = k.asset_id
   and c.finding_id = k.finding_id
   and k.passing
   and c.content_hash = k.content_hash
   and ((c.updated_at < k.updated_at and c.run_id >= $2) or c.stated <> k.stated)
