-- SPDX-License-Identifier: Apache-2.0
-- Removes a suppression rule that still is the one that this was decided on; keeps the former row and marks the
-- assets that it may be about.
-- $1 org_id, $2 now, $3 rule_id, $4 its valid_from, $5 whether assets are marked, and these: $6 fix_id,
-- $7 smallint[] bands, $8 smallint[] classes, $9 smallint[] providers, $10 accounts, $11 regions, $12 types,
-- $13 subjects, $14 assets, as risks_mark.  Returns written; false: somebody else has written it.
with gone as (
    delete from isobar.suppression_rule
     where org_id = $1
       and rule_id = $3
       and valid_from = $4
 returning rule_id, name, filter, mode, starts_at, ends_at, reason, actor, valid_from
), former as (
    insert into isobar.suppression_rule_version (org_id, rule_id, name, filter, mode, starts_at, ends_at, reason,
                                                 actor, valid_from, valid_to)
    select $1, rule_id, name, filter, mode, starts_at, ends_at, reason, actor, valid_from, $2
      from gone
     where valid_from < $2
    on conflict (org_id, rule_id, valid_from) do nothing
), touched as (
    select distinct r.asset_id
      from isobar.risk as r
      left join isobar.asset as a
        on a.org_id = r.org_id
       and a.asset_id = r.asset_id
     where r.org_id = $1
       and r.state <> 6
       and $5::boolean
       and exists (select from gone)
       and ($6::uuid is null or r.fix_id = $6)
       and ($7::smallint[] is null or r.band = any ($7))
       and ($8::smallint[] is null or r.class = any ($8))
       and ($9::smallint[] is null or a.provider = any ($9))
       and ($10::text[] is null or a.account ilike any ($10))
       and ($11::text[] is null or a.region ilike any ($11))
       and ($12::text[] is null or a.type ilike any ($12))
       and ($13::text[] is null or r.subject ilike any ($13))
       and ($14::text[] is null or a.id ilike any ($14) or a.name ilike any ($14))
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0::bigint
      from touched
     order by asset_id
 returning 1
)
select exists (select from gone) as written
