-- SPDX-License-Identifier: Apache-2.0
-- Records a migration, in the transaction that applied it.
-- $1 version, $2 name, $3 checksum.
insert into isobar.schema_migration (version, name, checksum, applied_at)
values ($1, $2, $3, now());
