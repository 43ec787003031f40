-- How many slices were gathered.  Returns n; risks: whether the shard has any risk yet; paths: whether the
-- org has paths or assets beside one; heirs: whether a change of identity has left any.
-- $1 org_id, $2 and $3 first and last risk id of the shard.  Reads batch_asset.
select coalesce(max(slice) + 1, 0) as n,
       exists (select
                 from isobar.risk
                where org_id = $1
                  and risk_id between $2 and $3) as risks,
       exists (select
                 from isobar.path
                where org_id = $1)
       or exists (select
                    from isobar.path_adjacent
                   where org_id = $1) as paths,
       exists (select
                 from isobar.risk_heir
                where org_id = $1) as heirs
  from batch_asset
