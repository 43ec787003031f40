-- A change of identity that was applied.
-- $1 org_id, $2 change_id, $3 now, $4 actor, $5 reason, $6 renamed, $7 split, $8 merged, $9 ambiguous.
insert into isobar.identity_change (org_id, change_id, applied_at, actor, reason, renamed, split, merged, ambiguous)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (org_id, change_id) do nothing
