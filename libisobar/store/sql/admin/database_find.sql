-- SPDX-License-Identifier: Apache-2.0
-- Is there a database of this name?
-- $1 name.  Returns one row: found.
select exists (select from pg_catalog.pg_database where datname = $1) as found;
