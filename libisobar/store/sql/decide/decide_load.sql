-- SPDX-License-Identifier: Apache-2.0
-- Risks with all that a person's decision depends on, under their ids or former ones.
-- $1 org_id, $2 uuid[] ids, $3 now, $4 whether a policy counts from when a source saw it first, $5 whether one
-- selects by framework: else these are not read; $6 whether the asset is looked at: else its columns and those
-- of its context are null.  A row a risk: asked (the id it was found by), and more (JSON:
-- its segments as [number, microseconds, mode, band, due], the tags of its asset, the frameworks of its control).
with asked as (
    select u.id as asked, u.id as risk_id, 0 as place
      from unnest($2::uuid[]) as u (id)
    union all
    select u.id, l.risk_id, 1
      from unnest($2::uuid[]) as u (id)
      join isobar.risk_alias as l
        on l.org_id = $1
       and l.fingerprint = u.id
), named as (
    select distinct on (n.asked) n.asked, n.risk_id
      from asked as n
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = n.risk_id
     order by n.asked, n.place
)
select n.asked, r.risk_id, r.version, r.state, r.band, r.score, r.rank, r.responsibility, r.class, r.layer,
       r.due_at, r.next_crossing_at, r.warn_at, r.reopens_at, r.owner_id, r.owner_basis, r.subject, r.location, o.name as owner,
       a.provider, a.account, a.region, a.type as asset_type, a.name as asset_name, a.id as asset,
       coalesce(x.environment, 0) as environment, h.holder, h.expires_at as holder_until,
       v.kev_added::timestamp at time zone 'UTC' as kev_added, v.kev_due::timestamp at time zone 'UTC' as kev_due,
       ft.first_seen,
       jsonb_build_object(
           'segments', s.segments, 'tags', a.tags,
           'frameworks', array(select distinct f.framework
                                 from isobar.risk_explanation as e
                                 join isobar.control_framework as f
                                   on f.control = e.control
                                where $5::boolean
                                  and e.org_id = $1
                                  and e.risk_id = r.risk_id
                                  and e.control <> ''
                                order by f.framework)) as more
  from named as n
  join isobar.risk as r
    on r.org_id = $1
   and r.risk_id = n.risk_id
  left join isobar.asset as a
    on $6::boolean
   and a.org_id = $1
   and a.asset_id = r.asset_id
  left join isobar.asset_context as x
    on $6::boolean
   and x.org_id = $1
   and x.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = r.owner_id
  left join isobar.risk_lease as h
    on h.org_id = $1
   and h.risk_id = r.risk_id
   and h.expires_at > $3::timestamptz
  left join isobar.intel_cve as v
    on r.subject like 'cve:%'
   and v.cve = substr(r.subject, 5)
 cross join lateral (
       select jsonb_agg(jsonb_build_array(g.segment_no, (extract(epoch from g.from_at) * 1000000)::bigint, g.mode,
                                          g.band, (extract(epoch from g.due_at) * 1000000)::bigint)
                        order by g.segment_no) as segments
         from isobar.sla_segment as g
        where g.org_id = $1
          and g.risk_id = r.risk_id) as s
  left join lateral (
       select min(f.first_seen) as first_seen
         from isobar.risk_explanation as e
         join isobar.finding as f
           on f.org_id = $1
          -- Under any name of the asset, as scoring counts them.
          and f.asset_id in (select r.asset_id
                              union all
                             select n.asset_id
                               from isobar.asset as n
                              where n.org_id = $1
                                and n.canonical_id = r.asset_id
                                and n.canonical_id <> n.asset_id)
          and f.finding_id = any (e.members)
        where $4::boolean
          and e.org_id = $1
          and e.risk_id = r.risk_id) as ft on true
 order by n.asked
