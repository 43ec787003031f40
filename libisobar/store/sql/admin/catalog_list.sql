-- SPDX-License-Identifier: Apache-2.0
-- The files of the catalogue as they were loaded last.
-- Returns name, checksum, valid_from.
select name, checksum, valid_from
  from isobar.catalog_file
 order by name;
