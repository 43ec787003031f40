-- What an operator says of assets, each field of one once; a level below 0 takes back what was said.  Former
-- claims are kept.
-- $1 org_id, $2 now, $3 actor, $4 assets, $5 fields, $6 levels, $7 decided, $8 evidence.
-- Fills context_touched.  Returns n.
with stated as (
    select asset_id, field, level, decided <> 0 as decided, evidence
      from unnest($4::uuid[], $5::smallint[], $6::smallint[], $7::smallint[], $8::text[])
           as s (asset_id, field, level, decided, evidence)
), change as (
    select s.asset_id, s.field, s.level, s.decided, s.evidence, o.level as former_level,
           o.decided as former_decided, o.evidence as former_evidence, o.actor as former_actor, o.valid_from
      from stated as s
      left join isobar.asset_claim as o
        on o.org_id = $1
       and o.asset_id = s.asset_id
       and o.field = s.field
       and o.origin = 'operator'
     where (s.level, s.decided, s.evidence) is distinct from (o.level, o.decided, o.evidence)
       and (s.level >= 0 or o.level is not null)
), former as (
    insert into isobar.asset_claim_version (org_id, asset_id, field, origin, level, decided, source_id, evidence,
                                            actor, valid_from, valid_to)
    select $1, asset_id, field, 'operator', former_level, former_decided, 0, former_evidence, former_actor,
           valid_from, $2
      from change
     where former_level is not null
       and valid_from < $2
    on conflict (org_id, asset_id, field, origin, valid_from) do nothing
), gone as (
    delete from isobar.asset_claim as o
     using change as c
     where o.org_id = $1
       and o.asset_id = c.asset_id
       and o.field = c.field
       and o.origin = 'operator'
       and c.level < 0
), come as (
    insert into isobar.asset_claim (org_id, asset_id, field, origin, level, decided, source_id, evidence, actor,
                                    valid_from)
    select $1, asset_id, field, 'operator', level, decided, 0, evidence, $3, $2
      from change
     where level >= 0
     order by asset_id, field
    on conflict (org_id, asset_id, field, origin) do update
       set level = excluded.level, decided = excluded.decided, evidence = excluded.evidence,
           actor = excluded.actor, valid_from = excluded.valid_from
), touched as (
    insert into context_touched (asset_id)
    select distinct asset_id
      from change
)
select count(*) as n
  from change
