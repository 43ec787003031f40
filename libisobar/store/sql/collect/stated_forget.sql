-- What a run stated is merged.
-- $1 org_id, $2 run_id.
with claims as (
    delete from isobar.run_claim
     where org_id = $1
       and run_id = $2
), edges as (
    delete from isobar.run_edge
     where org_id = $1
       and run_id = $2
)
delete from isobar.run_stated
 where org_id = $1
   and run_id = $2
