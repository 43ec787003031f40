-- Keeps what a page stated until the run ends.
-- $1 org_id, $2 run_id.  Reads page_stated, page_claim, page_edge.
with claims as (
    insert into isobar.run_claim (org_id, run_id, asset_id, source_id, field, level, evidence)
    select $1, $2, asset_id, source_id, field, level, evidence
      from page_claim
), edges as (
    insert into isobar.run_edge (org_id, run_id, from_id, to_id, kind, source_id, stated_id)
    select $1, $2, from_id, to_id, kind, source_id, stated_id
      from page_edge
)
insert into isobar.run_stated (org_id, run_id, asset_id, source_id, source, tags)
select $1, $2, asset_id, source_id, source, tags
  from page_stated
