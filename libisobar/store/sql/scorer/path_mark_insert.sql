-- Marks the assets of a slice where elements of toxic rules came, went or changed.
-- $1 org_id.  Reads page_risk.
insert into isobar.path_mark (org_id, asset_id)
select distinct $1::bigint, asset_id
  from page_risk
 where path_mark
