-- SPDX-License-Identifier: Apache-2.0
-- Makes the table of applied migrations, once; the first migration comes after it.
do $$
begin
	create schema if not exists isobar;
	comment on schema isobar is 'All tables of Isobar.';
	create table if not exists isobar.schema_migration (
		version    integer     not null,
		name       text        not null,
		checksum   text        not null,
		applied_at timestamptz not null,
		constraint schema_migration_pkey primary key (version),
		constraint schema_migration_checksum_check check (checksum ~ '^[0-9a-f]{64}$')
	);
	comment on table isobar.schema_migration is
		'Migrations that this database has. @local';
	comment on column isobar.schema_migration.version is
		'Number that the file''s name begins with.';
	comment on column isobar.schema_migration.name is 'File name.';
	comment on column isobar.schema_migration.checksum is
		'SHA-256 of the file as it was applied, in hex.';
	comment on column isobar.schema_migration.applied_at is 'When it was applied.';
end
$$;
