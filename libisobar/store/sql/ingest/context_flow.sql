-- Exposure goes on over edges "attached to" and "routes to": from public addresses, interfaces and balancers
-- to what is behind them, as far as the firewalls there let it.  A firewall guards what it is attached to, and
-- what that contains (a subnet, a network).  Azure's each have to let it through; of AWS's and Google's one is
-- enough, and an open one opens what has a public way in by its own record.  Without a known firewall nothing
-- stops it.  Looks at the touched assets and at what is behind them; leaves in context_touched what changed.
-- $1 org_id, $2 now.  Reads and fills context_touched.  Returns n.
with touched as (
    delete from context_touched
 returning asset_id
), spot as (
    select distinct a.canonical_id as asset_id
      from touched as t
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = t.asset_id
), spot_name as (
    select s.asset_id as canonical_id, s.asset_id
      from spot as s
     union all
    select s.asset_id, a.asset_id
      from spot as s
      join isobar.asset as a
        on a.org_id = $1
       and a.canonical_id = s.asset_id
       and a.canonical_id <> a.asset_id
), behind as (
    select e.to_id as asset_id, e.kind
      from spot_name as n
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.from_id = n.asset_id
       and e.kind in (0, 6)
), candidate as (
    select asset_id
      from spot
     union
    select a.canonical_id
      from behind as b
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = b.asset_id
     union
    select a.canonical_id
      from behind as b
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.from_id = b.asset_id
       and e.kind = 4
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = e.to_id
     where b.kind = 6
), name as (
    select c.asset_id as canonical_id, c.asset_id
      from candidate as c
     union all
    select c.asset_id, a.asset_id
      from candidate as c
      join isobar.asset as a
        on a.org_id = $1
       and a.canonical_id = c.asset_id
       and a.canonical_id <> a.asset_id
), before as (
    -- What stands before a candidate: by an edge, or by one to what contains it.
    select n.canonical_id, e.from_id, false as around
      from name as n
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.to_id = n.asset_id
       and e.kind in (0, 6)
     union
    select n.canonical_id, e.from_id, true
      from name as n
      join isobar.asset_edge as c
        on c.org_id = $1
       and c.to_id = n.asset_id
       and c.kind = 4
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.to_id = c.from_id
       and e.kind = 6
), source as (
    select b.canonical_id, b.around, x.exposure, s.name,
           s.type in ('microsoft.network/networksecuritygroups', 'AWS::EC2::SecurityGroup',
                      'compute.googleapis.com/Firewall') as guards,
           s.type = 'microsoft.network/networksecuritygroups' as each
      from before as b
      join isobar.asset as f
        on f.org_id = $1
       and f.asset_id = b.from_id
      join isobar.asset as s
        on s.org_id = $1
       and s.asset_id = f.canonical_id
      join isobar.asset_context as x
        on x.org_id = $1
       and x.asset_id = s.asset_id
       and x.exposure <> 3
     where s.asset_id <> b.canonical_id
), own as (
    select n.canonical_id, max(c.level) as level
      from name as n
      join isobar.asset_claim as c
        on c.org_id = $1
       and c.asset_id = n.asset_id
       and c.field = 0
       and c.origin <> 'edge:exposure'
     group by n.canonical_id
), flow as (
    select s.canonical_id, max(s.exposure) filter (where not s.guards and not s.around) as way_in,
           min(s.exposure) filter (where s.each) as narrowest,
           max(s.exposure) filter (where s.guards and not s.each) as widest,
           left('behind ' || string_agg(distinct s.name, ', ' order by s.name)
                                 filter (where s.guards or not s.around), 400) as evidence
      from source as s
     group by s.canonical_id
), next as (
    select f.canonical_id as asset_id, f.evidence,
           case when f.widest = 5 and (f.way_in >= 4 or o.level >= 4) then 5
                else least(f.way_in, coalesce(f.narrowest, f.widest, 5)) end as level
      from flow as f
      left join own as o
        on o.canonical_id = f.canonical_id
     where f.way_in is not null
        or (f.widest = 5 and o.level >= 4)
), change as (
    select c.asset_id, n.level, n.evidence, o.level as former_level, o.evidence as former_evidence, o.valid_from
      from candidate as c
      left join next as n
        on n.asset_id = c.asset_id
      left join isobar.asset_claim as o
        on o.org_id = $1
       and o.asset_id = c.asset_id
       and o.field = 0
       and o.origin = 'edge:exposure'
     where (n.level, n.evidence) is distinct from (o.level, o.evidence)
), former as (
    insert into isobar.asset_claim_version (org_id, asset_id, field, origin, level, decided, source_id, evidence,
                                            actor, valid_from, valid_to)
    select $1, asset_id, 0, 'edge:exposure', former_level, false, 0, former_evidence, '', valid_from, $2
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
       and o.origin = 'edge:exposure'
       and c.level is null
), come as (
    insert into isobar.asset_claim (org_id, asset_id, field, origin, level, source_id, evidence, valid_from)
    select $1, asset_id, 0, 'edge:exposure', level, 0, evidence, $2
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
