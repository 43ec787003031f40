-- SPDX-License-Identifier: Apache-2.0
-- Types of assets of which no row says the service model, with their open risks; most risks first.
-- $1 org_id.  Returns provider, type, n_risks, first_seen.
select a.provider, a.type, count(*) as n_risks, min(r.opened_at) as first_seen
  from isobar.risk as r
  join isobar.asset as a
    on a.org_id = $1
   and a.asset_id = r.asset_id
 where r.org_id = $1
   and r.open
   and r.responsibility = 3
 group by a.provider, a.type
 order by n_risks desc, a.provider, a.type collate "C"
