-- Stores the pairs of names that a chunk's records state for one resource.
-- $1 org_id, $2 now.  Reads page_alias.
insert into isobar.asset_alias (org_id, alias_id, asset_id, alias, stored_at)
select distinct $1::bigint, alias_id, asset_id, alias, $2::timestamptz
  from page_alias
on conflict (org_id, alias_id, asset_id) do nothing
