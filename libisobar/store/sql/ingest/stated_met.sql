-- What the records that were passed over state, as if they had been read: of assets of which others state something
-- in this command, and of those of which not everything was stated again that had been.  Claims of a name are the
-- source's own as long as what it states stands in asset.stated.  Most assets are neither, and are left out first.
-- $1 org_id.  Reads page_known, page_met.  Fills page_stated, page_claim, page_edge.
with sent as (
    select distinct asset_id
      from page_stated
), possible as (
    select asset_id
      from sent
     union
    select k.asset_id
      from page_met as m
      join page_known as k
        on k.load = m.load
       and k.no = m.no
       and k.place = 0
     where bit_count(m.places::bit(8)) < k.n
), again as (
    select k.source_id, k.asset_id, k.digest, k.n
      from possible as p
      join page_known as k
        on k.asset_id = p.asset_id
      join page_met as m
        on m.load = k.load
       and m.no = k.no
     where (m.places >> k.place) & 1 = 1
     group by k.source_id, k.asset_id, k.digest, k.n
), counted as (
    select g.source_id, g.asset_id, g.digest, s.asset_id is not null as is_sent,
           count(*) over (partition by g.source_id, g.asset_id) < max(g.n) over (partition by g.source_id, g.asset_id)
               as is_part
      from again as g
      left join sent as s
        on s.asset_id = g.asset_id
), wanted as (
    select source_id, asset_id, digest
      from (select source_id, asset_id, digest, is_sent or bool_or(is_part) over (partition by asset_id) as is_wanted
              from counted) as c
     where is_wanted
), met as (
    select c.source_id, c.asset_id, c.digest, o.name, a.tags,
           a.stated -> c.source_id::text ->> c.digest::text as own_tags
      from wanted as c
      join isobar.source as o
        on o.org_id = $1
       and o.source_id = c.source_id
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = c.asset_id
       and a.stated -> c.source_id::text ? c.digest::text
), claims as (
    insert into page_claim (asset_id, source_id, field, level, evidence)
    select c.asset_id, m.source_id, c.field, c.level, c.evidence
      from met as m
      join isobar.asset_claim as c
        on c.org_id = $1
       and c.asset_id = m.asset_id
       and c.origin = 'source:' || m.name
), edges as (
    insert into page_edge (from_id, to_id, kind, source_id, stated_id)
    select e.from_id, e.to_id, e.kind, e.source_id, e.stated_id
      from met as m
      join isobar.asset_edge as e
        on e.org_id = $1
       and e.stated_id = m.asset_id
       and e.source_id = m.source_id
)
insert into page_stated (asset_id, source_id, source, tags, digest)
select asset_id, source_id, name, case when digest & 1 = 1 then coalesce(own_tags, tags::text) else '' end, digest
  from met
