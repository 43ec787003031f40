-- Marks the assets of a chunk's new and changed findings for the scorer, but for those that this
-- transaction has marked already.
-- $1 org_id, $2 run_id.  Reads page_row.
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select distinct $1::bigint, asset_id, $2::bigint
  from page_row
 where mark
   and state <> 5
