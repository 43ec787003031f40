-- What rules ask of the entries and of all assets that steps lead to: open elements and context.  Assets
-- with neither are left out: they fulfil no clause.
-- $1 org_id.  Reads path_start, path_edge.  Fills path_near.
with asset as (
    select asset_id
      from path_start
     union
    select to_id
      from path_edge
)
insert into path_near (asset_id, elements, exposure, criticality, sensitivity, privilege)
select a.asset_id, coalesce(r.elements, 0), coalesce(c.exposure, 3), coalesce(c.criticality, 2),
       coalesce(c.sensitivity, 2), coalesce(c.privilege, 2)
  from asset as a
  left join isobar.asset_context as c
    on c.org_id = $1
   and c.asset_id = a.asset_id
 cross join lateral (
       select bit_or(elements) as elements
         from isobar.risk
        where org_id = $1
          and asset_id = a.asset_id
          and elements <> 0
          and state <= 3) as r
 where r.elements <> 0
    or c.asset_id is not null
