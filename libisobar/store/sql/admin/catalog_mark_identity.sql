-- SPDX-License-Identifier: Apache-2.0
-- The aliases have changed: what that means for the risks of all orgs is found by the scorer before anything else.
-- $1 the instant of the load.
-- no org_id: all orgs.
insert into isobar.identity_mark as m (org_id, shard, since, everything)
select o.org_id, s.shard, $1::timestamptz, false
  from isobar.org as o
 cross join generate_series(0, 3) as s (shard)
 order by o.org_id, s.shard
on conflict (org_id, shard) do update
   set since = least(m.since, excluded.since);
