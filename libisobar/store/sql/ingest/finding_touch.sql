-- Takes over what the content hash leaves out: the newer time of a record that repeats another one of the same
-- command, so that a third one between them in time does not win; and the digests of a record that states something
-- of its asset where what is stored does not hold any more (asset.stated).
-- $1 org_id, $2 command_id.  Reads page_key.
with known_finding as (
    select k.asset_id, k.finding_id, k.updated_at, k.record_digest, k.stated,
           f.run_id >= $2 and f.updated_at < k.updated_at as is_newer,
           f.stated <> k.stated and not coalesce(a.stated -> f.source_id::text ? f.stated::text, false) as is_dead
      from page_key as k
      join isobar.finding as f
        on f.org_id = $1
       and f.asset_id = k.asset_id
       and f.finding_id = k.finding_id
       and f.content_hash = k.content_hash
      left join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = k.asset_id
     where not k.passing
), known_control as (
    select k.asset_id, k.finding_id, k.updated_at, k.record_digest, k.stated,
           c.run_id >= $2 and c.updated_at < k.updated_at as is_newer,
           c.stated <> k.stated and not coalesce(a.stated -> c.source_id::text ? c.stated::text, false) as is_dead
      from page_key as k
      join isobar.control_state as c
        on c.org_id = $1
       and c.asset_id = k.asset_id
       and c.finding_id = k.finding_id
       and c.content_hash = k.content_hash
      left join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = k.asset_id
     where k.passing
), findings as (
    update isobar.finding as f
       set updated_at = case when k.is_newer then k.updated_at else f.updated_at end,
           record_digest = case when k.is_dead then k.record_digest else f.record_digest end,
           stated = case when k.is_dead then k.stated else f.stated end
      from known_finding as k
     where f.org_id = $1
       and f.asset_id = k.asset_id
       and f.finding_id = k.finding_id
       and (k.is_newer or k.is_dead)
)
update isobar.control_state as c
   set updated_at = case when k.is_newer then k.updated_at else c.updated_at end,
       record_digest = case when k.is_dead then k.record_digest else c.record_digest end,
       stated = case when k.is_dead then k.stated else c.stated end
  from known_control as k
 where c.org_id = $1
   and c.asset_id = k.asset_id
   and c.finding_id = k.finding_id
   and (k.is_newer or k.is_dead)
