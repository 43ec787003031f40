-- Makes this transaction the only one that does what the key is for, as writing a connector's findings in the org.
-- $1 key made from org and, say, connector.  No org_id: an advisory lock.
select pg_advisory_xact_lock($1)
