-- Tells which findings of a staged chunk are new or changed: the hash-first half of the merge.
-- $1 org_id, $2 command_id.  Reads page_key, whose keys are distinct.  Returns ordinal, is_new,
-- has_control (a passing state is stored), has_finding, is_same (only its time is newer than that of
-- a record of the same command, or it states something of its asset and what is stored does not hold any
-- more: finding_touch has to run); nothing for a finding that is to write nothing.
-- Of two versions the one with the greater (source's time, hash) is kept, whichever came first and in
-- whatever command: so the order of files does not matter, and importing the same files again writes
-- nothing.  Records without a time carry the command's clock: there the later command wins.
select k.ordinal,
       case when k.passing then c.finding_id is null else f.finding_id is null end as is_new,
       c.finding_id is not null as has_control,
       f.finding_id is not null as has_finding,
       coalesce(case when k.passing then c.content_hash else f.content_hash end = k.content_hash, false)
           as is_same
  from page_key as k
  left join isobar.finding as f
    on f.org_id = $1
   and f.asset_id = k.asset_id
   and f.finding_id = k.finding_id
  left join isobar.control_state as c
    on c.org_id = $1
   and c.asset_id = k.asset_id
   and c.finding_id = k.finding_id
 where case
       when case when k.passing then c.content_hash else f.content_hash end = k.content_hash
       then (k.updated_at > case when k.passing then c.updated_at else f.updated_at end
             and case when k.passing then c.run_id else f.run_id end >= $2)
         or (k.stated <> case when k.passing then c.stated else f.stated end
             and not exists (select
                               from isobar.asset as a
                              where a.org_id = $1
                                and a.asset_id = k.asset_id
                                and a.stated -> case when k.passing then c.source_id else f.source_id end::text
                                    ? case when k.passing then c.stated else f.stated end::text))
       else (f.finding_id is null or (k.updated_at, k.content_hash) > (f.updated_at, f.content_hash))
        and (c.finding_id is null or (k.updated_at, k.content_hash) > (c.updated_at, c.content_hash))
       end
