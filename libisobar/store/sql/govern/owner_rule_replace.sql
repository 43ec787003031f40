-- SPDX-License-Identifier: Apache-2.0
-- The owner rules of an org become these; former ones are kept.
-- $1 org_id, $2 now, $3 actor, $4 rule_ids, $5 levels, $6 positions, $7 patterns, $8 owner_ids.
-- Returns n, how many came, went or changed.
with next as (
    select rule_id, level, position, pattern, owner_id
      from unnest($4::bigint[], $5::smallint[], $6::integer[], $7::text[], $8::bigint[])
           as s (rule_id, level, position, pattern, owner_id)
), change as (
    select coalesce(n.rule_id, o.rule_id) as rule_id, n.level, n.position, n.pattern, n.owner_id,
           o.level as former_level, o.position as former_position, o.pattern as former_pattern,
           o.owner_id as former_owner, o.actor as former_actor, o.valid_from
      from (select rule_id, level, position, pattern, owner_id, actor, valid_from
              from isobar.owner_rule
             where org_id = $1) as o
      full join next as n
        on n.rule_id = o.rule_id
     where (n.position, n.owner_id) is distinct from (o.position, o.owner_id)
), former as (
    insert into isobar.owner_rule_version (org_id, rule_id, level, position, pattern, owner_id, actor, valid_from,
                                           valid_to)
    select $1, rule_id, former_level, former_position, former_pattern, former_owner, former_actor, valid_from, $2
      from change
     where valid_from < $2
    on conflict (org_id, rule_id, valid_from) do nothing
), gone as (
    delete from isobar.owner_rule as o
     using change as c
     where o.org_id = $1
       and o.rule_id = c.rule_id
       and c.level is null
), come as (
    insert into isobar.owner_rule (org_id, rule_id, level, position, pattern, owner_id, actor, valid_from)
    select $1, rule_id, level, position, pattern, owner_id, $3, $2
      from change
     where level is not null
     order by rule_id
    on conflict (org_id, rule_id) do update
       set position = excluded.position, owner_id = excluded.owner_id, actor = excluded.actor,
           valid_from = excluded.valid_from
)
select count(*) as n
  from change
