-- Brings path to what was found from the looked-at entries; keeps former rows; marks the targets of paths
-- that came, changed or broke, and the members of those whose level changed; and the targets of all paths
-- over touched assets: a step may weigh more or less.
-- $1 org_id, $2 now.  Reads path_touched, path_start, path_found.  Must come before path_write_members
-- and path_write_assets.  Returns n.
with stored as (
    select p.*
      from path_start as s
      join isobar.path as p
        on p.org_id = $1
       and p.entry_id = s.asset_id
), change as (
    select coalesce(s.target_id, f.target_id) as target_id, coalesce(s.entry_id, f.entry_id) as entry_id,
           coalesce(s.rule, f.rule) as rule, coalesce(f.level, 0) as level, s.level as former_level,
           s.valid_from
      from stored as s
      full join path_found as f
        on f.target_id = s.target_id
       and f.entry_id = s.entry_id
       and f.rule = s.rule
     where coalesce(f.level, 0) is distinct from s.level
), former as (
    insert into isobar.path_version (org_id, target_id, entry_id, rule, level, valid_from, valid_to)
    select $1, target_id, entry_id, rule, former_level, valid_from, $2
      from change
     where former_level is not null
       and valid_from < $2
    on conflict (org_id, target_id, entry_id, rule, valid_from) do nothing
), proof as (
    select c.target_id, c.entry_id, c.rule, max(r.proof_run_id) as run_id
      from change as c
      join isobar.path_member as m
        on m.org_id = $1
       and m.target_id = c.target_id
       and m.entry_id = c.entry_id
       and m.rule = c.rule
      join isobar.risk as r
        on r.org_id = $1
       and r.risk_id = m.risk_id
       and r.state = 6
     where c.level = 0
     group by c.target_id, c.entry_id, c.rule
), written as (
    insert into isobar.path as p (org_id, target_id, entry_id, rule, level, last_level, proof_run_id, valid_from)
    select $1, c.target_id, c.entry_id, c.rule, c.level,
           case when c.level = 0 then c.former_level else c.level end, o.run_id, $2
      from change as c
      left join proof as o using (target_id, entry_id, rule)
    on conflict (org_id, target_id, entry_id, rule) do update
       set level = excluded.level,
           last_level = excluded.last_level, proof_run_id = excluded.proof_run_id, valid_from = excluded.valid_from
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0
      from (select target_id as asset_id
              from change
             union
            select m.asset_id
              from change as c
              join isobar.path_member as m
                on m.org_id = $1
               and m.target_id = c.target_id
               and m.entry_id = c.entry_id
               and m.rule = c.rule
             union
            select a.target_id
              from path_touched as t
              join isobar.path_asset as a
                on a.org_id = $1
               and a.asset_id = t.asset_id) as s
)
select count(*) as n
  from change
