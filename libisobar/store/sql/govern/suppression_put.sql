-- SPDX-License-Identifier: Apache-2.0
-- A suppression rule becomes this one, if it still is the one that this was decided on; keeps the former row
-- and marks the assets that either may be about.
-- $1 org_id, $2 now, $3 actor, $4 rule_id, $5 name, $6 filter, $7 mode, $8 starts_at, $9 ends_at, $10 reason,
-- $11 mark_at, $12 valid_from of the former one or null, $13 whether assets are marked, and these: $14 fix_id,
-- $15 smallint[] bands, $16 smallint[] classes, $17 smallint[] providers, $18 accounts, $19 regions, $20 types,
-- $21 subjects, $22 assets, as risks_mark.  Returns written; false: somebody else has written it.
with present as materialized (
    select rule_id, name, filter, mode, starts_at, ends_at, reason, actor, valid_from
      from isobar.suppression_rule
     where org_id = $1
       and rule_id = $4
       for update
), put as (
    insert into isobar.suppression_rule as s (org_id, rule_id, name, filter, mode, starts_at, ends_at, reason, actor,
                                              valid_from, mark_at)
    select $1, $4, $5, $6, $7, $8, $9, $10, $3, $2, $11
     where (select valid_from from present) is not distinct from $12::timestamptz
    on conflict (org_id, rule_id) do update
       set filter = excluded.filter, mode = excluded.mode, starts_at = excluded.starts_at,
           ends_at = excluded.ends_at, reason = excluded.reason, actor = excluded.actor,
           valid_from = excluded.valid_from, mark_at = excluded.mark_at
     where s.valid_from = $12
 returning s.rule_id
), former as (
    insert into isobar.suppression_rule_version (org_id, rule_id, name, filter, mode, starts_at, ends_at, reason,
                                                 actor, valid_from, valid_to)
    select $1, p.rule_id, p.name, p.filter, p.mode, p.starts_at, p.ends_at, p.reason, p.actor, p.valid_from, $2
      from present as p
     where exists (select from put)
       and p.valid_from < $2
    on conflict (org_id, rule_id, valid_from) do nothing
), touched as (
    select distinct r.asset_id
      from isobar.risk as r
      left join isobar.asset as a
        on a.org_id = r.org_id
       and a.asset_id = r.asset_id
     where r.org_id = $1
       and r.state <> 6
       and $13::boolean
       and exists (select from put)
       and ($14::uuid is null or r.fix_id = $14)
       and ($15::smallint[] is null or r.band = any ($15))
       and ($16::smallint[] is null or r.class = any ($16))
       and ($17::smallint[] is null or a.provider = any ($17))
       and ($18::text[] is null or a.account ilike any ($18))
       and ($19::text[] is null or a.region ilike any ($19))
       and ($20::text[] is null or a.type ilike any ($20))
       and ($21::text[] is null or r.subject ilike any ($21))
       and ($22::text[] is null or a.id ilike any ($22) or a.name ilike any ($22))
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0::bigint
      from touched
     order by asset_id
 returning 1
)
select exists (select from put) as written
