-- SPDX-License-Identifier: Apache-2.0
-- Lets other sessions migrate.
-- $1 key of the lock.
select pg_advisory_unlock($1::bigint);
