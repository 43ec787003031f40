-- What is claimed of an asset under all of its names; of each field the claim that counts comes first.
-- $1 org_id, $2 canonical asset_id.
select c.field, c.level, c.decided, c.origin, c.evidence, c.actor, c.valid_from, a.id as asset
  from (select $2::uuid as asset_id
         union
        select asset_id
          from isobar.asset
         where org_id = $1
           and canonical_id = $2
           and canonical_id <> asset_id) as n
  join isobar.asset_claim as c
    on c.org_id = $1
   and c.asset_id = n.asset_id
  join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = n.asset_id
 order by c.field, c.decided desc, c.level desc, c.origin, c.evidence, a.id
