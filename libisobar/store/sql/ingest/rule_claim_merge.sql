-- Claims of rules replace those of former rules on the assets that were looked at; former claims are kept.
-- $1 org_id, $2 now.  Reads rule_asset, rule_claim.  Fills context_touched.  Returns n.
with change as (
    select coalesce(o.asset_id, n.asset_id) as asset_id, coalesce(o.field, n.field) as field,
           coalesce(o.origin, n.origin) as origin, n.level, n.evidence, o.level as former_level,
           o.evidence as former_evidence, o.valid_from
      from (select c.asset_id, c.field, c.origin, c.level, c.evidence, c.valid_from
              from rule_asset as r
              join isobar.asset_claim as c
                on c.org_id = $1
               and c.asset_id = r.asset_id
               and c.origin like 'rule:%') as o
      full join rule_claim as n
        on n.asset_id = o.asset_id
       and n.field = o.field
       and n.origin = o.origin
     where (n.level, n.evidence) is distinct from (o.level, o.evidence)
), former as (
    insert into isobar.asset_claim_version (org_id, asset_id, field, origin, level, decided, source_id, evidence,
                                            actor, valid_from, valid_to)
    select $1, asset_id, field, origin, former_level, false, 0, former_evidence, '', valid_from, $2
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
       and o.origin = c.origin
       and c.level is null
), come as (
    insert into isobar.asset_claim (org_id, asset_id, field, origin, level, source_id, evidence, valid_from)
    select $1, asset_id, field, origin, level, 0, evidence, $2
      from change
     where level is not null
     order by asset_id, field, origin
    on conflict (org_id, asset_id, field, origin) do update
       set level = excluded.level, evidence = excluded.evidence, valid_from = excluded.valid_from
), touched as (
    insert into context_touched (asset_id)
    select distinct asset_id
      from change
)
select count(*) as n
  from change
