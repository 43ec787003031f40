-- Makes this transaction the only one that scores the org.
-- $1 key made from the org.  No org_id: an advisory lock.
select pg_advisory_xact_lock($1)
