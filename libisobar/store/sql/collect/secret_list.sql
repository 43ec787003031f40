-- The sealed secrets of a source.
-- $1 org_id, $2 source_id.
-- Returns key, sealed, key_name.
select key, sealed, key_name
  from isobar.source_secret
 where org_id = $1
   and source_id = $2
 order by key
