-- Whether it has to be found what a change of identity means for the risks of a shard.
-- $1 org_id, $2 shard.  Returns no row, or since, everything.
select since, everything
  from isobar.identity_mark
 where org_id = $1
   and shard = $2
