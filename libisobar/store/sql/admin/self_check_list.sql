-- SPDX-License-Identifier: Apache-2.0
-- The last self-check of each org, what is worst first: those that found something, then the longest ago.
-- No parameters.  ended_at is null for an org that had none; created_at is the org's.
select o.name as org, c.ended_at, o.created_at, coalesce(c.n_same, 0) as n_same, coalesce(c.n_differ, 0) as n_differ,
       coalesce(c.n_not_alone, 0) as n_not_alone, coalesce(c.n_damaged, 0) as n_damaged,
       coalesce(c.n_rewritten, 0) as n_rewritten
  from isobar.org as o
  left join isobar.self_check as c
    on c.org_id = o.org_id
 order by coalesce(c.n_differ + c.n_damaged + c.n_rewritten, 0) > 0 desc, coalesce(c.ended_at, o.created_at), o.org_id
