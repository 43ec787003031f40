-- Which assets fulfil all clauses of which places.  An unknown level fulfils none that asks for more.
-- No parameters.  no org_id: rows of one org.  Reads path_near, path_place, path_clause.  Fills path_fit.
insert into path_fit (rule, place, asset_id)
select p.rule, p.place, n.asset_id
  from path_near as n
 cross join path_clause as c
  join path_place as p
    on p.rule = c.rule
   and p.place = c.place
 where n.elements & c.elements <> 0
    or n.exposure >= c.exposure
    or n.criticality >= c.criticality
    or n.sensitivity >= c.sensitivity
    or n.privilege >= c.privilege
 group by p.rule, p.place, n.asset_id, p.n_clauses
having count(*) = p.n_clauses
