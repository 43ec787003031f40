-- How far the list of marks has come, and how many assets stand in it.
-- $1 org_id.  Returns n, last.
select count(distinct asset_id) as n, coalesce(max(mark_id), 0) as last
  from isobar.dirty_mark
 where org_id = $1
