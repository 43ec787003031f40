-- SPDX-License-Identifier: Apache-2.0
-- Marks the assets of the risks that a decision may be about, to be scored again.  It narrows by what is
-- stored; scoring looks closely.  A parameter that is null narrows nothing; patterns are those of ilike.
-- $1 org_id, $2 fix_id, $3 smallint[] bands, $4 smallint[] classes, $5 smallint[] providers, $6 accounts,
-- $7 regions, $8 types, $9 subjects, $10 assets.  Returns n.
with touched as (
    select distinct r.asset_id
      from isobar.risk as r
      left join isobar.asset as a
        on a.org_id = r.org_id
       and a.asset_id = r.asset_id
     where r.org_id = $1
       and r.state <> 6
       and ($2::uuid is null or r.fix_id = $2)
       and ($3::smallint[] is null or r.band = any ($3))
       and ($4::smallint[] is null or r.class = any ($4))
       and ($5::smallint[] is null or a.provider = any ($5))
       and ($6::text[] is null or a.account ilike any ($6))
       and ($7::text[] is null or a.region ilike any ($7))
       and ($8::text[] is null or a.type ilike any ($8))
       and ($9::text[] is null or r.subject ilike any ($9))
       and ($10::text[] is null or a.id ilike any ($10) or a.name ilike any ($10))
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0::bigint
      from touched
     order by asset_id
 returning 1
)
select count(*) as n
  from marked
