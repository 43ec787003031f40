-- The open risks that fulfil the clauses of the places of what was found.  A clause that the context of any
-- asset at its place fulfils hangs on no risk.
-- $1 org_id.  Reads path_chain, path_place, path_clause, path_near.  Fills path_found_member.
with spot as (
    select distinct t.id as rule, c.assets[t.place + 1] as target_id, c.entry_id, q.place,
           c.assets[q.place + 1] as asset_id, q.elements,
           coalesce(n.exposure >= q.exposure or n.criticality >= q.criticality
                    or n.sensitivity >= q.sensitivity or n.privilege >= q.privilege, false) as by_context
      from path_chain as c
      join path_place as t
        on t.rule = c.rule
       and t.is_target
      join path_clause as q
        on q.rule = c.rule
      join path_near as n
        on n.asset_id = c.assets[q.place + 1]
     where q.elements <> 0
), clause as (
    select rule, target_id, entry_id, place, asset_id, elements,
           bool_or(by_context) over (partition by rule, target_id, entry_id, place, elements) as free
      from spot
)
insert into path_found_member (asset_id, risk_id, target_id, entry_id, rule, place, clauses)
select s.asset_id, r.risk_id, s.target_id, s.entry_id, s.rule, min(s.place),
       bit_or(case when s.free then 0 else s.elements end)
  from clause as s
 cross join lateral (
       select risk_id
         from isobar.risk
        where org_id = $1
          and asset_id = s.asset_id
          and elements & s.elements <> 0
          and elements <> 0
          and state <= 3) as r
 group by s.asset_id, r.risk_id, s.target_id, s.entry_id, s.rule
