-- SPDX-License-Identifier: Apache-2.0
-- Forgets answers whose time is over, a few at a time.
-- $1 org_id, $2 now.  Returns n.
with old as (
    delete from isobar.idempotency_key
     where org_id = $1
       and (route, key) in (select k.route, k.key
                              from isobar.idempotency_key as k
                             where k.org_id = $1
                               and k.expires_at <= $2
                             order by k.expires_at
                             limit 100
                               for update skip locked)
 returning 1
)
select count(*) as n
  from old
