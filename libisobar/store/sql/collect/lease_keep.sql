-- Keeps the leases of this connection.
-- $1 when they end.  No org_id: all that it holds.
-- Returns n.
with kept as (
    update isobar.lease
       set expires_at = $1
     where backend_pid = pg_backend_pid()
 returning source_id
)
select count(*) as n
  from kept
