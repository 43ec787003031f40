-- SPDX-License-Identifier: Apache-2.0
-- A page of the queue, as it stands at $2 whatever the sweeper did: rows whose crossing has passed
-- take the rank of their new slot, and what was accepted until then is open again.  A filter that is null takes all.
-- $1 org_id, $2 now, $3 most rows, $4 closed ones too, $5 smallint[] responsibilities, $6 band, $7 state,
-- $8 provider, $9 account, $10 region, $11 class, $12 layer, $13 owner's name or 'none', $14 bigint[] sources,
-- $15 subject or CVE, $16 asset's canonical id or name, $17 text in the title, $18 and $19 rank and
-- risk_id of the row before the page, $20 fix.  By rank and risk_id, descending.
with matching as not materialized (
    select r.risk_id, r.rank, r.next_crossing_at,
           case when r.state = 3 and r.reopens_at <= $2::timestamptz then 0 else r.state end as state,
           (r.band * 4 + case when r.state = 3 and r.responsibility = 2 then 0
                              when r.due_at < $2 then 2
                              when r.state = 3 and (r.soon_at > $2) is not false then 0
                              else 1 end)::bigint * 1024 + r.score as new_rank
      from isobar.risk as r
      left join isobar.asset as a
        on a.org_id = r.org_id
       and a.asset_id = r.asset_id
      left join isobar.owner as o
        on o.org_id = r.org_id
       and o.owner_id = r.owner_id
     where r.org_id = $1
       and (r.open or $4::boolean or r.state = 3 and r.reopens_at <= $2)
       and ($5::smallint[] is null or r.responsibility = any ($5))
       and ($6::smallint is null or r.band = $6)
       and ($7::smallint is null
            or case when r.state = 3 and r.reopens_at <= $2 then 0 else r.state end = $7)
       and ($8::smallint is null or a.provider = $8)
       and ($9::text is null or a.account = $9)
       and ($10::text is null or a.region = $10)
       and ($11::smallint is null or r.class = $11)
       and ($12::smallint is null or r.layer = $12)
       and ($13::text is null or o.name = $13 or ($13 = 'none' and o.owner_id is null))
       and ($14::bigint[] is null or r.source_ids && $14)
       and ($15::text is null or r.subject = $15 or r.subject = 'cve:' || upper($15))
       and ($16::text is null or r.asset_id in (
                select n.canonical_id
                  from isobar.asset as n
                 where n.org_id = $1
                   and (n.id = $16 or n.name = $16)))
       and ($17::text is null or position(lower($17) in lower(r.title)) > 0)
       and ($20::uuid is null or r.fix_id = $20)
), as_stored as (
    select risk_id, rank, state
      from matching
     where (next_crossing_at is null or next_crossing_at > $2)
       and ($18::bigint is null or (rank, risk_id) < ($18, $19::uuid))
     order by rank desc, risk_id desc
     limit $3
), crossed as (
    select risk_id, new_rank as rank, state
      from matching
     where next_crossing_at <= $2
       and ($18::bigint is null or (new_rank, risk_id) < ($18, $19::uuid))
     order by new_rank desc, risk_id desc
     limit $3
), page as (
    select risk_id, rank, state
      from as_stored
    union all
    select risk_id, rank, state
      from crossed
     order by rank desc, risk_id desc
     limit $3
)
select p.risk_id, p.rank, r.score, r.band, p.state::smallint as state, r.class, r.responsibility, r.layer, r.n_findings,
       r.title, r.subject, r.location, r.opened_at, r.due_at, r.resolved_at, r.source_ids,
       o.name as owner, a.provider, a.account, a.region, a.type as asset_type, a.name as asset_name,
       a.id as asset
  from page as p
  join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = p.risk_id
  left join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
 order by p.rank desc, p.risk_id desc
