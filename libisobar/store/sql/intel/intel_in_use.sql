-- SPDX-License-Identifier: Apache-2.0
-- The snapshot of a feed that is in use, and when the last one of any feed was loaded.
-- $1 feed.  Returns one row: as_of, checksum, n_rows (of no feed: nulls), last_at, last_version.
select s.as_of::timestamp at time zone 'UTC' as as_of, s.checksum, s.n_rows, l.last_at, l.last_version
  from (select max(loaded_at) as last_at, coalesce(max(version), 0) as last_version
          from isobar.intel_snapshot) as l
  left join lateral (select as_of, checksum, n_rows
                       from isobar.intel_snapshot
                      where feed = $1::smallint
                      order by version desc
                      limit 1) as s
    on true;
