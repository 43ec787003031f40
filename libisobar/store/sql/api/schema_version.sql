-- SPDX-License-Identifier: Apache-2.0
-- Is the database there, and which version has its schema?
-- No parameters.  Returns version.
select coalesce(max(version), 0) as version
  from isobar.schema_migration
