-- What a page of statements claims replaces what the same sources claimed of the same assets; former claims
-- are kept.  Of two claims of one statement the more dangerous counts.
-- $1 org_id, $2 now.  Reads page_stated, page_claim.  Fills context_touched.
with stated as (
    select asset_id, source_id, 'source:' || max(source) as origin
      from page_stated
     group by asset_id, source_id
), next as (
    select distinct on (c.asset_id, c.field, s.origin) c.asset_id, c.field, s.origin, c.level, c.source_id, c.evidence
      from page_claim as c
      join stated as s using (asset_id, source_id)
     order by c.asset_id, c.field, s.origin, c.level desc, c.evidence
), change as (
    select coalesce(o.asset_id, n.asset_id) as asset_id, coalesce(o.field, n.field) as field,
           coalesce(o.origin, n.origin) as origin, n.level, n.source_id, n.evidence, o.level as former_level,
           o.source_id as former_source_id, o.evidence as former_evidence, o.valid_from
      from (select c.asset_id, c.field, c.origin, c.level, c.source_id, c.evidence, c.valid_from
              from (select distinct asset_id, origin
                      from stated) as s
              join isobar.asset_claim as c
                on c.org_id = $1
               and c.asset_id = s.asset_id
               and c.origin = s.origin) as o
      full join next as n
        on n.asset_id = o.asset_id
       and n.field = o.field
       and n.origin = o.origin
     where (n.level, n.evidence) is distinct from (o.level, o.evidence)
), former as (
    insert into isobar.asset_claim_version (org_id, asset_id, field, origin, level, decided, source_id, evidence,
                                            actor, valid_from, valid_to)
    select $1, asset_id, field, origin, former_level, false, former_source_id, former_evidence, '', valid_from, $2
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
    select $1, asset_id, field, origin, level, source_id, evidence, $2
      from change
     where level is not null
     order by asset_id, field, origin
    on conflict (org_id, asset_id, field, origin) do update
       set level = excluded.level, source_id = excluded.source_id, evidence = excluded.evidence,
           valid_from = excluded.valid_from
)
insert into context_touched (asset_id)
select distinct asset_id
  from change
