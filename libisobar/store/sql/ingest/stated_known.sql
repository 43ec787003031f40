-- Numbers the assets of which a source's known records state something: a row for each digest of what they may state.
-- $1 org_id, $2 source_id, $3 which load of known records it is.  Fills page_known.
insert into page_known (load, no, place, n, source_id, asset_id, digest)
select $3, a.no, d.place - 1, cardinality(a.digests), $2, a.asset_id, d.digest
  from (select row_number() over () as no, asset_id,
               array (select k::integer
                        from jsonb_object_keys(stated -> $2::bigint::text) as k) as digests
          from isobar.asset
         where org_id = $1
           and stated ? $2::bigint::text) as a
 cross join unnest(a.digests) with ordinality as d (digest, place)
