-- Takes marks off the list.  An asset that has become a name of another one counts as both.
-- $1 org_id, $2 most marks.  Fills path_touched.  The deletion comes first: what the marks announce is
-- read by later statements.  Returns n, and steps: whether the org has edges at all.
with last as (
    select max(mark_id) as mark_id
      from (select mark_id
              from isobar.path_mark
             where org_id = $1
             order by mark_id
             limit $2) as s
), taken as (
    delete from isobar.path_mark
     where org_id = $1
       and mark_id <= (select mark_id from last)
 returning asset_id
), touched as (
    insert into path_touched (asset_id)
    select asset_id
      from taken
     union
    select a.canonical_id
      from taken as t
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = t.asset_id
 returning asset_id
)
select count(*) as n,
       exists (select
                 from isobar.asset_edge
                where org_id = $1) as steps
  from touched
