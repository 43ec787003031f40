-- What a run stated, to be merged.
-- $1 org_id, $2 run_id.  Fills page_stated, page_claim, page_edge.
-- Returns n: statements.
with claims as (
    insert into page_claim (asset_id, source_id, field, level, evidence)
    select asset_id, source_id, field, level, evidence
      from isobar.run_claim
     where org_id = $1
       and run_id = $2
), edges as (
    insert into page_edge (from_id, to_id, kind, source_id, stated_id)
    select from_id, to_id, kind, source_id, stated_id
      from isobar.run_edge
     where org_id = $1
       and run_id = $2
), stated as (
    insert into page_stated (asset_id, source_id, source, tags)
    select asset_id, source_id, source, tags
      from isobar.run_stated
     where org_id = $1
       and run_id = $2
 returning asset_id
)
select count(*) as n
  from stated
