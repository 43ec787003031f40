-- SPDX-License-Identifier: Apache-2.0
-- Waits until no other session migrates this database, then keeps the others out until the
-- unlock or the end of the session.
-- $1 key of the lock.
select pg_advisory_lock($1::bigint);
