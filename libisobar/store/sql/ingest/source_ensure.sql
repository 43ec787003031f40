-- Names a source if it is new, under the lock of its connector.
-- $1 org_id, $2 source_id, $3 name, $4 connector, $5 created_at.
-- Returns fresh: no source of the connector was there before, so none of its findings is stored.
with before as (
    select exists (select
                     from isobar.source
                    where org_id = $1
                      and connector = $4) as present
), added as (
    insert into isobar.source (org_id, source_id, name, connector, created_at)
    values ($1, $2, $3, $4, $5)
    on conflict (org_id, source_id) do nothing
)
select not present as fresh
  from before
