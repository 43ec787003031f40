-- SPDX-License-Identifier: Apache-2.0
-- Lets one program at a time load intelligence; held to the end of the transaction.
-- $1 key of the lock.
select pg_advisory_xact_lock($1::bigint);
