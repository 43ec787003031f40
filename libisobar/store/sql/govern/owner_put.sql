-- SPDX-License-Identifier: Apache-2.0
-- Owners become what is stated; those that are not stated stay.  Former rows are kept.
-- $1 org_id, $2 now, $3 actor, $4 owner_ids, $5 names, $6 kinds, $7 contacts, $8 emails, $9 escalations.
-- Returns n, how many are new or changed.
with next as (
    select owner_id, name, kind, contact, email, escalation
      from unnest($4::bigint[], $5::text[], $6::smallint[], $7::text[], $8::text[], $9::text[])
           as s (owner_id, name, kind, contact, email, escalation)
), change as (
    select n.owner_id, n.name, n.kind, n.contact, n.email, n.escalation, o.kind as former_kind,
           o.contact as former_contact, o.email as former_email, o.escalation as former_escalation,
           o.actor as former_actor, o.valid_from
      from next as n
      left join isobar.owner as o
        on o.org_id = $1
       and o.owner_id = n.owner_id
     where (n.kind, n.contact, n.email, n.escalation) is distinct from (o.kind, o.contact, o.email, o.escalation)
), former as (
    insert into isobar.owner_version (org_id, owner_id, name, kind, contact, email, escalation, actor, valid_from,
                                      valid_to)
    select $1, owner_id, name, former_kind, former_contact, former_email, former_escalation, former_actor,
           valid_from, $2
      from change
     where valid_from < $2
    on conflict (org_id, owner_id, valid_from) do nothing
), put as (
    insert into isobar.owner (org_id, owner_id, name, kind, contact, email, escalation, actor, valid_from)
    select $1, owner_id, name, kind, contact, email, escalation, $3, $2
      from change
     order by owner_id
    on conflict (org_id, owner_id) do update
       set kind = excluded.kind, contact = excluded.contact, email = excluded.email,
           escalation = excluded.escalation, actor = excluded.actor, valid_from = excluded.valid_from
)
select count(*) as n
  from change
