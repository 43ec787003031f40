-- SPDX-License-Identifier: Apache-2.0
-- A risk and the calculation behind its score.  A risk that was never scored has no model.  path_members
-- are the risks that a path is made of, paths the unbroken ones that the risk is a member of.  model_text is null of a
-- model of the catalogue.  epss_day is the day of the EPSS that it was made with: that of the version then, if its value is the same.
-- $1 org_id, $2 risk_id, $3 and $4 text[]: accounts and owners whose risks path_members and paths may name,
-- null for all.
select r.risk_id, r.version, r.rank, r.fix_id, r.next_crossing_at, r.reopens_at, r.soon_at, r.score, r.band, r.state, r.class, r.responsibility,
       r.layer, r.n_findings, r.source_ids, r.title,
       r.subject, r.location, r.opened_at, r.due_at, r.resolved_at, o.name as owner, a.provider, a.account,
       a.region, a.type as asset_type, a.name as asset_name, a.id as asset, e.model, e.inputs, e.points,
       (select body
          from (select model, body
                  from isobar.org_model
                 where org_id = $1
                 union all
                select model, body
                  from isobar.org_model_version
                 where org_id = $1) as m
         where m.model = e.model
         limit 1) as model_text,
       array(select get_byte(e.basis, i) from generate_series(0, length(e.basis) - 1) as i order by i) as basis,
       array(select case get_byte(e.witness, i) when 255 then -1 else get_byte(e.witness, i) end
               from generate_series(0, length(e.witness) - 1) as i order by i) as witness,
       e.members, e.control, e.category, i.epss_at as epss_day, pm.members as path_members, ps.paths,
       x.basis as context, h.holder, h.expires_at as holder_until
  from isobar.risk as r
  left join isobar.risk_explanation as e
    on e.org_id = r.org_id
   and e.risk_id = r.risk_id
  left join isobar.asset as a
    on a.org_id = r.org_id
   and a.asset_id = r.asset_id
  left join isobar.asset_context as x
    on x.org_id = r.org_id
   and x.asset_id = r.asset_id
  left join isobar.owner as o
    on o.org_id = r.org_id
   and o.owner_id = r.owner_id
  left join isobar.risk_lease as h
    on h.org_id = r.org_id
   and h.risk_id = r.risk_id
  left join lateral (
       select jsonb_agg(jsonb_build_object('id', m.risk_id, 'title', mr.title, 'asset', ma.id, 'open', mr.open,
                                           'score', mr.score)
                        order by m.place, m.risk_id) as members
         from isobar.path as p
         join isobar.asset as pe
           on pe.org_id = $1
          and pe.asset_id = p.entry_id
          and pe.id = r.location
         join isobar.path_member as m
           on m.org_id = $1
          and m.entry_id = p.entry_id
          and m.target_id = p.target_id
          and m.rule = p.rule
         join isobar.risk as mr
           on mr.org_id = $1
          and mr.risk_id = m.risk_id
         join isobar.asset as ma
           on ma.org_id = $1
          and ma.asset_id = m.asset_id
         left join isobar.owner as mo
           on mo.org_id = $1
          and mo.owner_id = mr.owner_id
        where p.org_id = $1
          and p.target_id = r.asset_id
          and 'path:' || p.rule = r.subject
          and ($3::text[] is null or ma.account = any ($3) or mo.name = any ($4::text[]))) as pm on r.subject like 'path:%'
  left join lateral (
       -- Risks of an asset are neighbours: their ids begin with the first half of its key.
       select jsonb_agg(jsonb_build_object('id', pr.risk_id, 'title', pr.title, 'level', p.level, 'asset', pt.id)
                        order by p.level desc, pr.risk_id) as paths
         from isobar.path_member as m
         join isobar.path as p
           on p.org_id = $1
          and p.target_id = m.target_id
          and p.entry_id = m.entry_id
          and p.rule = m.rule
          and p.level > 0
         join isobar.asset as pt
           on pt.org_id = $1
          and pt.asset_id = p.target_id
         join isobar.asset as pe
           on pe.org_id = $1
          and pe.asset_id = p.entry_id
         join isobar.risk as pr
           on pr.org_id = $1
          and pr.risk_id between (left(p.target_id::text, 18) || '-0000-000000000000')::uuid
                             and (left(p.target_id::text, 18) || '-ffff-ffffffffffff')::uuid
          and pr.subject = 'path:' || p.rule
          and pr.location = pe.id
         left join isobar.owner as po
           on po.org_id = $1
          and po.owner_id = pr.owner_id
        where m.org_id = $1
          and m.asset_id = r.asset_id
          and m.risk_id = r.risk_id
          and ($3 is null or pt.account = any ($3) or po.name = any ($4))) as ps on true
  left join lateral (select v.epss_at
                       from (select epss, epss_at, valid_from, null::timestamptz as valid_to
                               from isobar.intel_cve
                              where cve = substr(r.subject, 5)
                              union all
                             select epss, epss_at, valid_from, valid_to
                               from isobar.intel_cve_version
                              where cve = substr(r.subject, 5)) as v
                      where v.valid_from <= e.computed_at
                        and (v.valid_to is null or v.valid_to > e.computed_at)
                        and v.epss = e.inputs[3]
                      limit 1) as i
    on r.subject like 'cve:%'
 where r.org_id = $1
   and r.risk_id = $2
