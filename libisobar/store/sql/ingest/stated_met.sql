-- What the records that were passed over state, as if they had been read: of assets of which others state something
-- in this command, and of those of which not everything was stated again that had been.
-- $1 org_id, $2 source_id.  Reads page_known, page_met.  Fills page_stated, page_claim, page_edge.
with sent as (
    select distinct asset_id
      from page_stated
), met as (
    select k.asset_id, d.digest, a.tags, a.stated -> $2::bigint::text ->> d.digest::text as own_tags
      from page_met as m
      join page_known as k
        on k.no = m.no
      left join sent as s
        on s.asset_id = k.asset_id
     cross join unnest(k.digests) with ordinality as d(digest, place)
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = k.asset_id
       and a.stated -> $2::bigint::text ? d.digest::text
     where (s.asset_id is not null or m.places <> (1 << cardinality(k.digests)) - 1)
       and (m.places >> (d.place - 1)::integer) & 1 = 1
), source as (
    select name
      from isobar.source
     where org_id = $1
       and source_id = $2
), claims as (
    insert into page_claim (asset_id, source_id, field, level, evidence)
    select c.asset_id, $2, c.field, c.level, c.evidence
      from met as m
     cross join source as s
      join isobar.asset_claim as c
        on c.org_id = $1
       and c.asset_id = m.asset_id
       and c.origin = 'source:' || s.name
), edges as (
    insert into page_edge (from_id, to_id, kind, source_id, stated_id)
    select e.from_id, e.to_id, e.kind, e.source_id, e.stated_id
      from met as m
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.stated_id = m.asset_id
       and e.source_id = $2
)
insert into page_stated (asset_id, source_id, source, tags, digest)
select m.asset_id, $2, s.name, case when m.digest & 1 = 1 then coalesce(m.own_tags, m.tags::text) else '' end, m.digest
  from met as m
 cross join source as s
