-- Makes this transaction the only writer of a connector's findings in the org.
-- $1 key made from org and connector.  No org_id: an advisory lock.
select pg_advisory_xact_lock($1)
