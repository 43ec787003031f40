-- SPDX-License-Identifier: Apache-2.0
-- The findings that were there at a time, in the version of then, each with the place of the record that says
-- what it is about: a check that passed leaves what its finding said before.  Where the hash is another one now, the
-- record alone knows what the finding said then: content_hash is negative until it was read (replay_read_merge).
-- $1 org_id, $2 time.
with later as (
    -- Of the versions that ended after it the first one is that of then; of several at one instant, too.
    select distinct on (asset_id, finding_id) asset_id, finding_id, content_hash, run_id, segment_id, segment_slot,
           state, closed_by, sev100, updated_at
      from isobar.finding_history
     where org_id = $1
       and valid_to > $2::timestamptz
     order by asset_id, finding_id, valid_to, run_id
), earlier as (
    select distinct on (asset_id, finding_id) asset_id, finding_id, content_hash, segment_id, segment_slot, valid_to
      from isobar.finding_history
     where org_id = $1
       and valid_to <= $2
       and content_hash <> 0
     order by asset_id, finding_id, valid_to desc, run_id desc
), last as (
    -- What a closed finding said, as it is now.
    select distinct on (h.asset_id, h.finding_id) h.asset_id, h.finding_id, h.content_hash
      from isobar.finding_history as h
     where h.org_id = $1
       and h.content_hash <> 0
     order by h.asset_id, h.finding_id, h.valid_to desc, h.run_id desc
), stood as (
    select f.asset_id, f.finding_id, f.source_id, f.scope_id, f.stored_at, f.first_seen, f.last_seen, f.epss, f.class,
           f.sev100, f.fidelity, f.maturity, f.flags, f.misses, f.connector, f.rule, f.cve, f.location, f.engine,
           f.title, f.upgrade_id, f.record_digest, f.stated,
           coalesce(l.run_id, f.run_id) as run_id, coalesce(l.updated_at, f.updated_at) as updated_at,
           coalesce(l.state, f.state) as state, coalesce(l.closed_by, f.closed_by) as closed_by,
           case when l.finding_id is null then f.closed_at
                when l.state in (0, 4) then null
                else coalesce(e.valid_to, l.updated_at) end as closed_at,
           case when coalesce(l.content_hash, f.content_hash) <> 0 then coalesce(l.content_hash, f.content_hash)
                else coalesce(e.content_hash, 0) end as content_hash,
           case when coalesce(l.content_hash, f.content_hash) = 0 and e.finding_id is not null then e.segment_id
                else coalesce(l.segment_id, f.segment_id) end as segment_id,
           case when coalesce(l.content_hash, f.content_hash) = 0 and e.finding_id is not null then e.segment_slot
                else coalesce(l.segment_slot, f.segment_slot) end as segment_slot,
           case when f.content_hash <> 0 then f.content_hash else z.content_hash end as current_hash
      from isobar.finding as f
      left join later as l
        on l.asset_id = f.asset_id
       and l.finding_id = f.finding_id
      left join earlier as e
        on e.asset_id = f.asset_id
       and e.finding_id = f.finding_id
       and coalesce(l.content_hash, f.content_hash) = 0
      left join last as z
        on z.asset_id = f.asset_id
       and z.finding_id = f.finding_id
       and f.content_hash = 0
     where f.org_id = $1
       and f.stored_at <= $2
)
insert into finding (org_id, source_id, scope_id, run_id, segment_id, content_hash, record_digest, stated, updated_at,
                     stored_at, first_seen, last_seen, closed_at, epss, segment_slot, state, closed_by, class, sev100,
                     fidelity, maturity, flags, misses, asset_id, finding_id, connector, rule, cve, location, engine, title,
                     upgrade_id)
select $1, source_id, scope_id, run_id, segment_id,
       case when content_hash = current_hash then content_hash else -content_hash end, record_digest, stated, updated_at,
       stored_at, first_seen, last_seen, closed_at, epss, segment_slot, state, closed_by, class, sev100, fidelity,
       maturity, flags, misses, asset_id, finding_id, connector, rule, cve, location, engine, title, upgrade_id
  from stood
 order by asset_id, finding_id
