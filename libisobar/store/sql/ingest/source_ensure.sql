-- Names a source if it is new.
-- $1 org_id, $2 source_id, $3 name, $4 connector, $5 created_at.
insert into isobar.source (org_id, source_id, name, connector, created_at)
values ($1, $2, $3, $4, $5)
on conflict (org_id, source_id) do nothing
