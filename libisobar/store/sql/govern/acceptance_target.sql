-- SPDX-License-Identifier: Apache-2.0
-- What is to be accepted: a risk, or the open risks of a fix.
-- $1 org_id, $2 risk_id or null, $3 fix_id or null.  Returns bands (a bit each), n (risks).
select coalesce(bit_or(1 << r.band), 0) as bands, count(*) as n
  from isobar.risk as r
 where r.org_id = $1
   and ($2::uuid is null or r.risk_id = $2)
   and ($3::uuid is null or (r.fix_id = $3 and r.open))
