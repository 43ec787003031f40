-- SPDX-License-Identifier: Apache-2.0
-- Notes a load: its snapshot is the feed's one in use from now on.
-- $1 feed, $2 as of, $3 model, $4 checksum, $5 rows, $6 when, $7 version.
insert into isobar.intel_snapshot (feed, as_of, model, checksum, n_rows, loaded_at, version)
values ($1::smallint, ($2::timestamptz at time zone 'UTC')::date, $3, $4, $5, $6, $7);
