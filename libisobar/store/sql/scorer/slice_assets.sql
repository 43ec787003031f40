-- The canonical assets of one slice with their context, where there is any.
-- $1 org_id, $2 slice.  Reads batch_asset.  Column order is that of asset_read().
select b.canonical_id, a.provider, a.type, a.account, c.exposure, c.criticality, c.sensitivity, c.privilege
  from batch_asset as b
 cross join lateral (select provider, type, account
                       from isobar.asset
                      where org_id = $1
                        and asset_id = b.canonical_id
                     offset 0) as a
  left join isobar.asset_context as c
    on c.org_id = $1
   and c.asset_id = b.canonical_id
 where b.slice = $2
   and b.asset_id = b.canonical_id
