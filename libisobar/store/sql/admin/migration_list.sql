-- SPDX-License-Identifier: Apache-2.0
-- The migrations that this database has, in order.
-- Returns version, name, checksum.
select version, name, checksum
  from isobar.schema_migration
 order by version;
