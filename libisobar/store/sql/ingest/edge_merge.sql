-- The edges of a page of statements replace what the same sources stated of the same assets; former ones are
-- kept.  Both ends are marked for paths and touched: exposure may flow another way.
-- $1 org_id, $2 now.  Reads page_stated, page_edge.  Fills context_touched.
with stated as (
    select distinct asset_id, source_id
      from page_stated
), next as (
    select distinct from_id, to_id, kind, source_id, stated_id
      from page_edge
     where from_id <> to_id
), gone as (
    delete from isobar.asset_edge as e
     using stated as s
     where e.org_id = $1
       and e.stated_id = s.asset_id
       and e.source_id = s.source_id
       and not exists (select
                         from next as n
                        where n.from_id = e.from_id
                          and n.to_id = e.to_id
                          and n.kind = e.kind
                          and n.source_id = e.source_id
                          and n.stated_id = e.stated_id)
 returning e.from_id, e.to_id, e.kind, e.source_id, e.stated_id, e.valid_from
), former as (
    insert into isobar.asset_edge_version (org_id, from_id, to_id, kind, source_id, stated_id, valid_from, valid_to)
    select $1, from_id, to_id, kind, source_id, stated_id, valid_from, $2
      from gone
     where valid_from < $2
    on conflict (org_id, from_id, to_id, kind, source_id, stated_id, valid_from) do nothing
), come as (
    insert into isobar.asset_edge (org_id, from_id, to_id, kind, source_id, stated_id, valid_from)
    select $1, from_id, to_id, kind, source_id, stated_id, $2
      from next
     order by from_id, to_id
    on conflict (org_id, from_id, to_id, kind, source_id, stated_id) do nothing
 returning from_id, to_id
), ends as (
    select from_id as asset_id from gone
     union
    select to_id from gone
     union
    select from_id from come
     union
    select to_id from come
), marked as (
    insert into isobar.path_mark (org_id, asset_id)
    select $1, asset_id
      from ends
)
insert into context_touched (asset_id)
select asset_id
  from ends
