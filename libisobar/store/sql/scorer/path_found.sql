-- Chains with one rule, target and entry are one path.  From an entry that the internet reaches to a
-- target of high value it has level 3, to a crown jewel level 4.
-- No parameters.  no org_id: rows of one org.  Reads path_chain, path_place, path_near.  Fills path_found.
insert into path_found (target_id, entry_id, rule, level)
select distinct c.assets[p.place + 1], c.entry_id, p.id,
       case when not (e.exposure >= 5 or e.elements & 1 <> 0) then 2
            when t.criticality >= 5 then 4
            when t.criticality >= 4 then 3
            else 2 end
  from path_chain as c
  join path_place as p
    on p.rule = c.rule
   and p.is_target
  join path_near as e
    on e.asset_id = c.entry_id
  join path_near as t
    on t.asset_id = c.assets[p.place + 1]
