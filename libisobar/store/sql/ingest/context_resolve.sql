-- The context of touched assets from the claims under all of their names.  Of each field an operator's
-- decision counts, else the most dangerous claim; nobody's word is unknown.  Where nobody rates the
-- criticality, the environment gives it.  Changed rows are kept, and marked for scoring and for paths.
-- $1 org_id, $2 now.  Reads context_touched.  Returns n.
with met as (
    select distinct asset_id
      from context_touched
), touched as (
    select asset_id
      from met
     union
    select a.canonical_id
      from met as m
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = m.asset_id
       and a.canonical_id <> a.asset_id
), named as (
    select t.asset_id as canonical_id, s.asset_id
      from touched as t
      join isobar.asset as s
        on s.org_id = $1
       and s.asset_id = t.asset_id
     where s.canonical_id = t.asset_id
    union all
    select t.asset_id, s.asset_id
      from touched as t
      join isobar.asset as s
        on s.org_id = $1
       and s.canonical_id = t.asset_id
       and s.canonical_id <> s.asset_id
), level as (
    select n.canonical_id, c.field,
           coalesce(max(c.level) filter (where c.decided), max(c.level)) as level,
           jsonb_agg(jsonb_build_object('level', c.level, 'origin', c.origin, 'evidence', c.evidence)
                     order by c.decided desc, c.level desc, c.origin, c.evidence) as claims
      from named as n
      join isobar.asset_claim as c
        on c.org_id = $1
       and c.asset_id = n.asset_id
     group by n.canonical_id, c.field
), wide as (
    select canonical_id, max(level) filter (where field = 0) as exposure,
           max(level) filter (where field = 1) as criticality,
           max(level) filter (where field = 2) as sensitivity,
           max(level) filter (where field = 3) as privilege,
           max(level) filter (where field = 4) as environment,
           jsonb_object_agg((array['exposure', 'criticality', 'sensitivity', 'privilege', 'environment'])[field + 1],
                            claims) as basis
      from level
     group by canonical_id
), next as (
    select canonical_id as asset_id, coalesce(exposure, 3)::smallint as exposure,
           coalesce(criticality, case environment when 1 then 0 when 5 then 3 when 0 then 2 else 1 end)::smallint
               as criticality,
           coalesce(sensitivity, 2)::smallint as sensitivity, coalesce(privilege, 2)::smallint as privilege,
           coalesce(environment, 0)::smallint as environment, basis
      from (select canonical_id, exposure, criticality, sensitivity, privilege, coalesce(environment, 0) as environment,
                   basis
              from wide) as w
), change as (
    select t.asset_id, n.asset_id is null as gone, c.asset_id is not null as known, c.exposure, c.criticality,
           c.sensitivity, c.privilege, c.environment, c.basis, c.valid_from,
           (c.exposure, c.criticality, c.sensitivity, c.privilege, c.environment)
               is distinct from (n.exposure, n.criticality, n.sensitivity, n.privilege, n.environment) as moves
      from touched as t
      left join next as n using (asset_id)
      left join isobar.asset_context as c
        on c.org_id = $1
       and c.asset_id = t.asset_id
     where (c.exposure, c.criticality, c.sensitivity, c.privilege, c.environment, c.basis)
           is distinct from (n.exposure, n.criticality, n.sensitivity, n.privilege, n.environment, n.basis)
), former as (
    insert into isobar.asset_context_version (org_id, asset_id, exposure, criticality, sensitivity, privilege,
                                              environment, basis, valid_from, valid_to)
    select $1, asset_id, exposure, criticality, sensitivity, privilege, environment, basis, valid_from, $2
      from change
     where known
       and valid_from < $2
    on conflict (org_id, asset_id, valid_from) do nothing
), removed as (
    delete from isobar.asset_context as c
     using change as g
     where c.org_id = $1
       and c.asset_id = g.asset_id
       and g.gone
), written as (
    insert into isobar.asset_context (org_id, asset_id, exposure, criticality, sensitivity, privilege, environment,
                                      basis, valid_from)
    select $1, n.asset_id, n.exposure, n.criticality, n.sensitivity, n.privilege, n.environment, n.basis, $2
      from change as g
      join next as n using (asset_id)
    on conflict (org_id, asset_id) do update
       set exposure = excluded.exposure, criticality = excluded.criticality, sensitivity = excluded.sensitivity,
           privilege = excluded.privilege, environment = excluded.environment, basis = excluded.basis,
           valid_from = excluded.valid_from
), dirty as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0
      from change
     where moves
), paths as (
    insert into isobar.path_mark (org_id, asset_id)
    select $1, asset_id
      from change
     where moves
)
select count(*) as n
  from change
