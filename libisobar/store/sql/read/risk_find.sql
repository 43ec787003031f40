-- SPDX-License-Identifier: Apache-2.0
-- The risks whose id, or a former name of theirs, begins as the caller wrote it; a handful is enough to
-- tell that it was too short.  One that was merged away leads to the one that goes on in the end.
-- $1 org_id, $2 first uuid, $3 last uuid of the range.
with recursive way as (
    select fingerprint as named, risk_id, 1 as hops
      from (select fingerprint, risk_id
              from isobar.risk_alias
             where org_id = $1
               and fingerprint between $2 and $3
             limit 100) as l -- more than enough to lead to six
     union all
    select w.named, l.risk_id, w.hops + 1
      from way as w
      join isobar.risk_alias as l
        on l.org_id = $1
       and l.fingerprint = w.risk_id
     where w.hops < 16
)
select r.risk_id
  from isobar.risk as r
 where r.org_id = $1
   and r.risk_id between $2 and $3
   and not exists (select
                     from isobar.risk_alias as l
                    where l.org_id = $1
                      and l.fingerprint = r.risk_id)
union
select w.risk_id
  from way as w
 where not exists (select
                     from way as n
                    where n.named = w.named
                      and n.hops > w.hops)
 limit 6
