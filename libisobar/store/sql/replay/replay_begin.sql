-- SPDX-License-Identifier: Apache-2.0
-- The name of this session's scratch schema, whose lock it holds to its end.
-- No parameters.  Returns name.
select s.name
  from (select 'isobar_replay_' || pg_backend_pid() as name) as s
 cross join lateral (select pg_advisory_lock(hashtextextended(s.name, 0))) as held
