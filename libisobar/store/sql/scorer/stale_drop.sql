-- Leaves out what was decided on a risk that somebody has written since it was read (a person's decision):
-- its asset is marked, to be scored again.  A merge is left out as a whole, whichever of its risks that is: half of
-- one would name a risk that lives after another one, or end a clock that nobody takes over.  Rows are locked in the
-- order of their ids.
-- $1 org_id.  Reads and thins page_risk, page_event and page_risk_alias.  Returns of each left-out row what was
-- counted: band, state, responsibility, former_kind (of what it was counted as before: score_kind()).
-- Rows of page_risk are found again by their place: it has no index, and a plan that was made while it was
-- small would compare each row with each.
with locked as materialized (
    select p.ctid as place, p.risk_id, p.version as version_read, r.version
      from page_risk as p
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = p.risk_id
     where not p.is_new
     order by p.risk_id
       for update of r
), behind as materialized (
    select risk_id
      from locked
     where version <> version_read
), survivor as materialized (
    select risk_id
      from page_risk_alias
     where risk_id in (select risk_id from behind)
        or fingerprint in (select risk_id from behind)
), left_out as materialized (
    select risk_id
      from behind
     union
    select risk_id
      from survivor
     union
    select fingerprint
      from page_risk_alias
     where risk_id in (select risk_id from survivor)
), names as (
    delete from page_risk_alias
     where risk_id in (select risk_id from left_out)
), stale as (
    delete from page_risk as p
     where p.ctid = any (array(select place
                                 from locked
                                where risk_id in (select risk_id from left_out)))
 returning p.risk_id, p.asset_id, p.band, p.state, p.responsibility, p.former_kind
), events as (
    delete from page_event as e
     using stale as s
     where e.risk_id = s.risk_id
), marks as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select distinct $1::bigint, asset_id, 0::bigint
      from stale
)
select band, state, responsibility, former_kind
  from stale
