-- Numbers the assets of which a source's known records state something, with the digests of what they may state.
-- $1 org_id, $2 source_id, $3 which load of known records it is.  Fills page_known.
insert into page_known (load, no, source_id, asset_id, digests)
select $3, row_number() over (), $2, asset_id,
       array (select k::integer
                from jsonb_object_keys(stated -> $2::bigint::text) as k)
  from isobar.asset
 where org_id = $1
   and stated ? $2::bigint::text
