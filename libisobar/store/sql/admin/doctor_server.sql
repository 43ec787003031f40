-- SPDX-License-Identifier: Apache-2.0
-- The server: its version, its clock, its data folder where the user may know it.
-- Returns one row: version, version_number, now_at, data_dir.
select current_setting('server_version') as version,
       current_setting('server_version_num')::integer as version_number,
       clock_timestamp() as now_at,
       (select setting from pg_catalog.pg_settings where name = 'data_directory') as data_dir;
