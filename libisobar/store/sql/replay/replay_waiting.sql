-- SPDX-License-Identifier: Apache-2.0
-- Assets that wait to be scored now: what is kept of them is not what they come to.
-- $1 org_id.  Fills replay_unread.  Returns n.
with waiting as (
    select distinct a.canonical_id
      from isobar.dirty_mark as d
      join isobar.asset as a
        on a.org_id = $1
       and a.asset_id = d.asset_id
     where d.org_id = $1
), noted as (
    insert into replay_unread (asset_id)
    select canonical_id
      from waiting
 returning asset_id
)
select count(*) as n
  from noted
