-- SPDX-License-Identifier: Apache-2.0
-- Which state of the feeds is stored: what was read of them holds until it changes.
-- Returns version; 0 when nothing was loaded.
select coalesce(max(version), 0) as version
  from isobar.intel_snapshot
