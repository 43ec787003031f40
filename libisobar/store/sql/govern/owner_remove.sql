-- SPDX-License-Identifier: Apache-2.0
-- Removes an owner whom nothing names any more, and keeps the former row.
-- $1 org_id, $2 owner_id, $3 now.
-- Returns known, n_rules, n_policies and n_risks that people gave it; it is removed when these three are 0.
with used as (
    select (select count(*)
              from isobar.owner
             where org_id = $1
               and owner_id = $2) as known,
           (select count(*)
              from isobar.owner_rule
             where org_id = $1
               and owner_id = $2) as n_rules,
           (select count(*)
              from isobar.sla_policy
             where org_id = $1
               and owner_id = $2) as n_policies,
           (select count(*)
              from isobar.risk
             where org_id = $1
               and owner_id = $2
               and owner_basis = 2) as n_risks
), gone as (
    delete from isobar.owner
     where org_id = $1
       and owner_id = $2
       and (select n_rules + n_policies + n_risks from used) = 0
 returning name, kind, contact, email, escalation, actor, valid_from
), former as (
    insert into isobar.owner_version (org_id, owner_id, name, kind, contact, email, escalation, actor, valid_from,
                                      valid_to)
    select $1, $2, name, kind, contact, email, escalation, actor, valid_from, $3
      from gone
     where valid_from < $3
    on conflict (org_id, owner_id, valid_from) do nothing
)
select known, n_rules, n_policies, n_risks
  from used
