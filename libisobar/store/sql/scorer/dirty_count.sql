-- How many marks there are.  Returns n.
-- $1 org_id, $2 most that are counted.
select count(*) as n
  from (select
          from isobar.dirty_mark
         where org_id = $1
         limit $2) as s
