-- SPDX-License-Identifier: Apache-2.0
-- The canonical id of the asset that has a name, where that is another one.
-- $1 org_id, $2 asset_id of the name.
select c.id
  from isobar.asset as a
  join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = a.canonical_id
 where a.org_id = $1
   and a.asset_id = $2
   and a.canonical_id <> a.asset_id
