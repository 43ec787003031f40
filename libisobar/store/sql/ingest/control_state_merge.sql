-- Writes the checks of a chunk that pass now, and those that passed and fail now.
-- $1 org_id, $2 run_id, $3 now.  Reads page_row.  The update joins the staging table itself: what a CTE
-- comes to the planner does not know, and it would read all checks of the org for each chunk.
with page as (
    select p.*, c.finding_id is not null as known, c.state as old_state, c.run_id as old_run_id,
           c.valid_from as old_valid_from
      from page_row as p
      left join isobar.control_state as c
        on c.org_id = $1
       and c.asset_id = p.asset_id
       and c.finding_id = p.finding_id
), kept as (
    insert into isobar.control_state_version (org_id, asset_id, finding_id, state, run_id, valid_from, valid_to)
    select $1, asset_id, finding_id, old_state, old_run_id, old_valid_from, $3
      from page
     where known
       and old_state <> case when state = 5 then 0 else 1 end
), changed as (
    update isobar.control_state as c
       set state = case when p.state = 5 then 0 else 1 end,
           content_hash = case when p.state = 5 then p.content_hash else 0 end,
           record_digest = case when p.state = 5 then p.record_digest else 0 end, stated = p.stated,
           updated_at = p.updated_at, run_id = $2,
           valid_from = case when (c.state = 0) = (p.state = 5) then c.valid_from else $3 end,
           source_id = p.source_id, scope_id = p.scope_id
      from page_row as p
     where c.org_id = $1
       and c.asset_id = p.asset_id
       and c.finding_id = p.finding_id
)
insert into isobar.control_state (org_id, source_id, scope_id, run_id, content_hash, record_digest, stated,
                                  updated_at, valid_from, state, asset_id, finding_id, connector, rule)
select $1, source_id, scope_id, $2, content_hash, record_digest, stated, updated_at, $3, 0, asset_id, finding_id,
       connector, rule
  from page
 where state = 5
   and not known
