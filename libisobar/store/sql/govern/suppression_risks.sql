-- SPDX-License-Identifier: Apache-2.0
-- A page of the risks that a suppression rule may be about and that are not resolved, each with what selectors
-- see of it and with its live findings.  It narrows by what is stored, as risks_mark.
-- $1 org_id, $2 risk_id of the one before or null, $3 most rows, $4 fix_id, $5 smallint[] bands,
-- $6 smallint[] classes, $7 smallint[] providers, $8 accounts, $9 regions, $10 types, $11 subjects, $12 assets.
-- more is JSON: tags, frameworks, findings as [connector, rule].
with page as (
    select r.risk_id, r.asset_id, r.band, r.class, r.responsibility, r.layer, r.subject, r.location, r.owner_id,
           a.provider, a.account, a.region, a.type, a.name, a.id, a.tags
      from isobar.risk as r
      join isobar.asset as a
        on a.org_id = r.org_id
       and a.asset_id = r.asset_id
     where r.org_id = $1
       and r.state <> 6
       and ($4::uuid is null or r.fix_id = $4)
       and ($5::smallint[] is null or r.band = any ($5))
       and ($6::smallint[] is null or r.class = any ($6))
       and ($7::smallint[] is null or a.provider = any ($7))
       and ($8::text[] is null or a.account ilike any ($8))
       and ($9::text[] is null or a.region ilike any ($9))
       and ($10::text[] is null or a.type ilike any ($10))
       and ($11::text[] is null or r.subject ilike any ($11))
       and ($12::text[] is null or a.id ilike any ($12) or a.name ilike any ($12))
       and ($2::uuid is null or r.risk_id > $2)
     order by r.risk_id
     limit $3
)
select p.risk_id, p.band, p.class, p.responsibility, p.layer, p.subject, p.location, p.provider, p.account, p.region,
       p.type, p.name, p.id, o.name as owner, coalesce(x.environment, 0) as environment,
       jsonb_build_object(
           'tags', coalesce(p.tags, '{}'),
           'frameworks', array(select distinct f.framework
                                 from isobar.control_framework as f
                                where f.control = e.control
                                  and e.control <> ''
                                order by f.framework),
           'findings', (select coalesce(jsonb_agg(distinct jsonb_build_array(f.connector, f.rule)), '[]')
                          from (select p.asset_id
                                 union all
                                select n.asset_id
                                  from isobar.asset as n
                                 where n.org_id = $1
                                   and n.canonical_id = p.asset_id
                                   and n.canonical_id <> n.asset_id) as name (asset_id)
                          join isobar.finding as f
                            on f.org_id = $1
                           and f.asset_id = name.asset_id
                           and f.finding_id = any (e.members)
                         where f.state = 0)) as more
  from page as p
  left join isobar.risk_explanation as e
    on e.org_id = $1
   and e.risk_id = p.risk_id
  left join isobar.asset_context as x
    on x.org_id = $1
   and x.asset_id = p.asset_id
  left join isobar.owner as o
    on o.org_id = $1
   and o.owner_id = p.owner_id
 order by p.risk_id
