-- It was found.
-- $1 org_id, $2 shard.
delete from isobar.identity_mark
 where org_id = $1
   and shard = $2
