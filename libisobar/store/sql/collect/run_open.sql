-- Begins a run of a live source with its plan.
-- $1 org_id, $2 source_id, $3 name, $4 now, $5 build, $6 holder.
-- Returns run_id.
with opened as (
    insert into isobar.run (org_id, command_id, name, format, state, started_at, build, source_id, holder, n_parts)
    values ($1, 0, $3, '', 0, $4, $5, $2, $6, 1)
 returning run_id
), plan as (
    insert into isobar.run_part (org_id, run_id, part_no, name, kind, data, scopes, updated_at)
    select $1, run_id, 0, 'plan', 'plan', '', '{}', $4
      from opened
)
select run_id
  from opened
