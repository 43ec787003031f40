-- Exposure goes on over edges "attached to": from public addresses and interfaces to what they are attached
-- to, as far as the firewalls that are attached there let it.  Without a known firewall nothing stops it.
-- Looks at the touched assets and at what they are attached to; leaves in context_touched what changed.
-- $1 org_id, $2 now.  Reads and fills context_touched.  Returns n.
with touched as (
    delete from context_touched
 returning asset_id
), spot as (
    select distinct a.canonical_id
      from touched as t
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = t.asset_id
), candidate as (
    select canonical_id
      from spot
     union
    select f.canonical_id
      from spot as p
     cross join lateral (
           select p.canonical_id
            union all
           select asset_id
             from isobar.asset
            where org_id = $1
              and canonical_id = p.canonical_id
              and canonical_id <> asset_id) as name (asset_id)
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.from_id = name.asset_id
       and e.kind = 6
      join isobar.asset as f
        on f.org_id = $1
       and f.asset_id = e.to_id
), source as (
    select c.canonical_id, x.exposure, s.name,
           s.type in ('microsoft.network/networksecuritygroups', 'microsoft.network/azurefirewalls',
                      'AWS::EC2::SecurityGroup', 'AWS::EC2::NetworkAcl', 'compute.googleapis.com/Firewall') as guards
      from candidate as c
     cross join lateral (
           select c.canonical_id
            union all
           select asset_id
             from isobar.asset
            where org_id = $1
              and canonical_id = c.canonical_id
              and canonical_id <> asset_id) as name (asset_id)
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.to_id = name.asset_id
       and e.kind = 6
      join isobar.asset as n
        on n.org_id = $1
       and n.asset_id = e.from_id
      join isobar.asset as s
        on s.org_id = $1
       and s.asset_id = n.canonical_id
      join isobar.asset_context as x
        on x.org_id = $1
       and x.asset_id = s.asset_id
       and x.exposure <> 3
     where s.asset_id <> c.canonical_id
), next as (
    select canonical_id as asset_id,
           least(max(exposure) filter (where not guards),
                 coalesce(max(exposure) filter (where guards), 5))::smallint as level,
           left('attached: ' || string_agg(distinct name, ', ' order by name), 400) as evidence
      from source
     group by canonical_id
    having bool_or(not guards)
), change as (
    select c.canonical_id as asset_id, n.level, n.evidence, o.level as former_level, o.evidence as former_evidence,
           o.valid_from
      from candidate as c
      left join next as n
        on n.asset_id = c.canonical_id
      left join isobar.asset_claim as o
        on o.org_id = $1
       and o.asset_id = c.canonical_id
       and o.field = 0
       and o.origin = 'edge:attached_to'
     where (n.level, n.evidence) is distinct from (o.level, o.evidence)
), former as (
    insert into isobar.asset_claim_version (org_id, asset_id, field, origin, level, decided, source_id, evidence,
                                            actor, valid_from, valid_to)
    select $1, asset_id, 0, 'edge:attached_to', former_level, false, 0, former_evidence, '', valid_from, $2
      from change
     where former_level is not null
       and valid_from < $2
    on conflict (org_id, asset_id, field, origin, valid_from) do nothing
), gone as (
    delete from isobar.asset_claim as o
     using change as c
     where o.org_id = $1
       and o.asset_id = c.asset_id
       and o.field = 0
       and o.origin = 'edge:attached_to'
       and c.level is null
), come as (
    insert into isobar.asset_claim (org_id, asset_id, field, origin, level, source_id, evidence, valid_from)
    select $1, asset_id, 0, 'edge:attached_to', level, 0, evidence, $2
      from change
     where level is not null
    on conflict (org_id, asset_id, field, origin) do update
       set level = excluded.level, evidence = excluded.evidence, valid_from = excluded.valid_from
), again as (
    insert into context_touched (asset_id)
    select asset_id
      from change
)
select count(*) as n
  from change
