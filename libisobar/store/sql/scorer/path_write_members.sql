-- Brings path_member to what was found, but for broken paths, which keep their last ones; marks the assets of members that came or went, and the targets of
-- their paths: the weakest step may be another one.
-- $1 org_id.  Reads path_start, path_found_member.  Returns n.
with stored as (
    select m.*
      from path_start as s
      join isobar.path as p
        on p.org_id = $1
       and p.entry_id = s.asset_id
       and p.level > 0
      join isobar.path_member as m
        on m.org_id = $1
       and m.entry_id = p.entry_id
       and m.target_id = p.target_id
       and m.rule = p.rule
), gone as (
    delete from isobar.path_member as m
     using stored as s
     where m.org_id = $1
       and m.asset_id = s.asset_id
       and m.risk_id = s.risk_id
       and m.target_id = s.target_id
       and m.entry_id = s.entry_id
       and m.rule = s.rule
       and not exists (select
                         from path_found_member as f
                        where f.asset_id = s.asset_id
                          and f.risk_id = s.risk_id
                          and f.target_id = s.target_id
                          and f.entry_id = s.entry_id
                          and f.rule = s.rule)
 returning m.asset_id, m.target_id
), come as (
    insert into isobar.path_member as m (org_id, asset_id, risk_id, target_id, entry_id, rule, place, clauses)
    select $1, asset_id, risk_id, target_id, entry_id, rule, place, clauses
      from path_found_member
     order by asset_id, risk_id
    on conflict (org_id, asset_id, risk_id, target_id, entry_id, rule) do update
       set place = excluded.place, clauses = excluded.clauses
     where (m.place, m.clauses) <> (excluded.place, excluded.clauses)
 returning m.asset_id, m.target_id
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0
      from (select asset_id from gone
             union
            select target_id from gone
             union
            select asset_id from come
             union
            select target_id from come) as s
 returning 1
)
select count(*) as n
  from marked
