-- SPDX-License-Identifier: Apache-2.0
-- What is to be accepted: a risk, or the open risks of a fix.
-- $1 org_id, $2 risk_id or null, $3 fix_id or null, $4 end of an acceptance, $5 now.
-- Returns bands (a bit each), n (risks), n_accepted (until that end, which is to come).
select coalesce(bit_or(1 << r.band), 0) as bands, count(*) as n,
       count(*) filter (where r.state = 3 and r.reopens_at = $4 and r.reopens_at > $5::timestamptz) as n_accepted
  from isobar.risk as r
 where r.org_id = $1
   and ($2::uuid is null or r.risk_id = $2)
   and ($3::uuid is null or (r.fix_id = $3 and r.open))
