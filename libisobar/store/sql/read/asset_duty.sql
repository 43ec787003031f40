-- SPDX-License-Identifier: Apache-2.0
-- What decides the duties of an asset, by any of its names.  Returns id, type, provider, account.
-- $1 org_id, $2 asset_id of the name.
select c.id, c.type, c.provider, c.account
  from isobar.asset as a
  join isobar.asset as c
    on c.org_id = $1
   and c.asset_id = a.canonical_id
 where a.org_id = $1
   and a.asset_id = $2
