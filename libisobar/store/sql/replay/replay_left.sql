-- SPDX-License-Identifier: Apache-2.0
-- Scratch schemas whose replay has ended without dropping them: nobody holds their lock any more.
-- No parameters.  Returns name.
select nspname as name
  from pg_namespace
 where nspname ~ '^isobar_replay_[0-9]+$'
   and pg_try_advisory_lock(hashtextextended(nspname, 0))
