-- SPDX-License-Identifier: Apache-2.0
-- Notes the assets with findings whose records of then could not be read: what was made of them cannot be told.
-- $1 org_id.  Fills replay_unread.  Returns n, how many findings.
with unread as (
    select a.canonical_id
      from finding as f
      join asset as a
        on a.org_id = $1
       and a.asset_id = f.asset_id
     where f.org_id = $1
       and f.content_hash < 0
), noted as (
    insert into replay_unread (asset_id)
    select distinct canonical_id
      from unread
)
select count(*) as n
  from unread
