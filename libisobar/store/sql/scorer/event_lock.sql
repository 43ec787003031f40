-- SPDX-License-Identifier: Apache-2.0
-- Makes this transaction the one that numbers the org's events, or tells that another one does.
-- $1 key made from the org.  No org_id: an advisory lock.  Returns locked.
select pg_try_advisory_xact_lock($1) as locked
