-- What rules ask of the entries and of all assets that steps lead to: open elements and context.  Assets
-- with neither are left out: they fulfil no clause.
-- $1 org_id.  Reads path_start, path_edge.  Fills path_near.
with asset as (
    select asset_id
      from path_start
     union
    select to_id
      from path_edge
), told as (
    select a.asset_id, bit_or(r.elements) as elements
      from asset as a
      join isobar.risk as r
        on r.org_id = $1
       and r.asset_id = a.asset_id
       and r.elements <> 0
       and r.state <= 3
     group by a.asset_id
)
insert into path_near (asset_id, elements, exposure, criticality, sensitivity, privilege)
select a.asset_id, coalesce(t.elements, 0), coalesce(c.exposure, 3), coalesce(c.criticality, 2),
       coalesce(c.sensitivity, 2), coalesce(c.privilege, 2)
  from asset as a
  left join told as t
    on t.asset_id = a.asset_id
  left join isobar.asset_context as c
    on c.org_id = $1
   and c.asset_id = a.asset_id
 where t.asset_id is not null
    or c.asset_id is not null
