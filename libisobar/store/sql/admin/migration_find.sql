-- SPDX-License-Identifier: Apache-2.0
-- Tells whether this database was ever migrated.
-- Returns one row: found.
select to_regclass('isobar.schema_migration') is not null as found;
