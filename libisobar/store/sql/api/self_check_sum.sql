-- SPDX-License-Identifier: Apache-2.0
-- What the last self-checks of all orgs found together, and when the one that is the longest ago ended; an org without
-- one counts from when it was made.
-- No parameters.
select coalesce(sum(c.n_same), 0)::bigint as n_same, coalesce(sum(c.n_differ), 0)::bigint as n_differ,
       coalesce(sum(c.n_not_alone), 0)::bigint as n_not_alone, coalesce(sum(c.n_damaged), 0)::bigint as n_damaged,
       coalesce(sum(c.n_rewritten), 0)::bigint as n_rewritten, min(coalesce(c.ended_at, o.created_at)) as last_at
  from isobar.org as o
  left join isobar.self_check as c
    on c.org_id = o.org_id
