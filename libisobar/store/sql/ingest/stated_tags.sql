-- Tags of the assets of a page of statements, where these tell any (of several the greatest: the fuller), and the
-- digests of what is stated of them.  A source's digests hold as long as nobody takes other tags than the source
-- states, and no source of the same name states anything: these replace each other's claims.  What one statement
-- says is what is stored of the asset; of several each has its tags beside its digest, and several of which one says
-- more than tags have no digests.  An asset of which any of it changed is touched: rules may read the tags.
-- $1 org_id, $2 now.  Reads page_stated.
with said as (
    select asset_id, source_id, digest, nullif(tags, '')::jsonb as tags, max(source) as name
      from page_stated
     group by asset_id, source_id, digest, page_stated.tags
), word as materialized (
    select asset_id, source_id, max(name) as name, (array_agg(tags order by tags desc nulls last))[1] as tags,
           bit_or(digest) & 2 <> 0 as tells_more, count(*) over (partition by asset_id) > 1 as has_others,
           case when bool_or(digest = 0) then null
                when min(digest) = max(digest) then jsonb_build_object(min(digest), null)
                when count(*) <= 8 and bit_or(digest) & 2 = 0 then jsonb_object_agg(digest, tags)
           end as stated
      from said
     group by asset_id, source_id
), taken as (
    select asset_id, source_id, name, tags,
           first_value(tags) over (partition by asset_id order by tags desc nulls last) as taken,
           case when count(*) over named = 1 or not bool_or(tells_more) over named then stated end as stated
      from word
     where has_others
    window named as (partition by asset_id, name)
), next as (
    select asset_id, taken as tags, array_agg(name) as names,
           coalesce(jsonb_object_agg(source_id, stated)
                        filter (where stated is not null and (tags is null or tags = taken)), '{}') as stated
      from taken
     group by asset_id, taken
     union all
    select asset_id, tags, array[name],
           case when stated is null then '{}' else jsonb_build_object(source_id, stated) end
      from word
     where not has_others
), named as (
    select name, array_agg(source_id::text) as sources
      from isobar.source
     where org_id = $1
     group by name
), replaced as (
    select t.names, array_agg(s.source) as sources
      from (select distinct names
              from next) as t
      join named as n
        on n.name = any (t.names)
     cross join unnest(n.sources) as s (source)
     group by t.names
), change as (
    select n.asset_id, coalesce(n.tags, a.tags) as tags,
           nullif(case when a.stated is not null and (n.tags is null or n.tags = a.tags)
                       then a.stated - coalesce(r.sources, '{}') || n.stated
                       else n.stated end, '{}') as stated
      from next as n
      left join replaced as r
        on r.names = n.names
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = n.asset_id
), changed as (
    update isobar.asset as a
       set tags = c.tags, stated = c.stated
      from change as c
     where a.org_id = $1
       and a.asset_id = c.asset_id
       and (a.tags, a.stated) is distinct from (c.tags, c.stated)
 returning a.asset_id
)
insert into context_touched (asset_id)
select asset_id
  from changed
 where $2::timestamptz is not null
