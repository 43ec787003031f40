-- Tags of the assets of a page of statements, where these tell any.  An asset whose tags changed is
-- touched: rules may read them.
-- $1 org_id, $2 now.  Reads page_stated.
with next as (
    select asset_id, max(tags) as tags
      from page_stated
     where tags <> ''
     group by asset_id
), changed as (
    update isobar.asset as a
       set tags = n.tags::jsonb
      from next as n
     where a.org_id = $1
       and a.asset_id = n.asset_id
       and a.tags is distinct from n.tags::jsonb
 returning a.asset_id
)
insert into context_touched (asset_id)
select asset_id
  from changed
 where $2::timestamptz is not null
