-- SPDX-License-Identifier: Apache-2.0
-- The snapshots of one feed or all, the newest load first.
-- $1 feed, or null, $2 most.  Returns version, feed, as_of, model, checksum, n_rows, loaded_at, in_use.
select version, feed, as_of, model, checksum, n_rows, loaded_at,
       version = max(version) over (partition by feed) as in_use
  from isobar.intel_snapshot
 where feed = $1::smallint
    or $1::smallint is null
 order by version desc
 limit $2;
