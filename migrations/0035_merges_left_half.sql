-- SPDX-License-Identifier: Apache-2.0
-- A decision that met a merge left risks that live on though their own id is a name of the risk that they were to become part of:
-- nothing found them any more.  Without that name they are scored again, and merged.  One that is found by another name, or is
-- the heir of one, is none of them.
with half as (
    delete from isobar.risk_alias as l
     using isobar.risk as r
     where r.org_id = l.org_id
       and r.risk_id = l.fingerprint
       and l.reason = 2
       and r.state <> 6
       and not exists (select
                         from isobar.risk_alias as n
                        where n.org_id = r.org_id
                          and n.risk_id = r.risk_id
                          and n.reason <> 3)
       and not exists (select
                         from isobar.risk_heir as h
                        where h.org_id = r.org_id
                          and h.risk_id = r.risk_id)
 returning r.org_id, r.asset_id
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select distinct org_id, asset_id, 0::bigint
  from half;
