-- SPDX-License-Identifier: Apache-2.0
-- How a self-check ended, in place of the one before.
-- $1 org_id, $2 when it began, $3 when it ended, $4 findings that are the same, $5 that differ, $6 whose record is not
-- readable alone, $7 damaged segments, $8 risks that came out differently.
insert into isobar.self_check
       (org_id, began_at, ended_at, n_same, n_differ, n_not_alone, n_damaged, n_rewritten)
values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (org_id) do update
   set began_at = excluded.began_at, ended_at = excluded.ended_at, n_same = excluded.n_same,
       n_differ = excluded.n_differ, n_not_alone = excluded.n_not_alone, n_damaged = excluded.n_damaged,
       n_rewritten = excluded.n_rewritten
