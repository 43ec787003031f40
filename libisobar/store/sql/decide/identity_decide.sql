-- SPDX-License-Identifier: Apache-2.0
-- Ends a case of identity: its findings are linked no more, its risks have heirs, and its asset is scored again.
-- $1 org_id, $2 case_id, $3 now, $4 actor, $5 reason, $6 uuid[] fingerprints, $7 uuid[] risks and $8 boolean[] is_origin of heirs.
-- Returns n: 0, somebody else has ended it.
with ended as (
    update isobar.identity_case
       set state = 1, decided_at = $3::timestamptz, actor = $4, reason = $5
     where org_id = $1
       and case_id = $2::uuid
       and state = 0
 returning asset_id, findings
), unlinked as (
    delete from isobar.risk_link as l
     using ended as e
     where l.org_id = $1
       and l.finding_id = any (e.findings)
       and l.actor = 'identity'
), heir as materialized (
    select h.fingerprint, h.risk_id, h.is_origin
      from unnest($6::uuid[], $7::uuid[], $8::boolean[]) as h (fingerprint, risk_id, is_origin)
     cross join ended
), void as (
    delete from isobar.risk_heir as h
     using heir as n
     where h.org_id = $1
       and h.risk_id = n.risk_id
       and not n.is_origin
       and not exists (select
                         from heir as same
                        where same.fingerprint = h.fingerprint
                          and same.risk_id = h.risk_id)
), put as (
    insert into isobar.risk_heir (org_id, fingerprint, risk_id, is_origin, valid_from)
    select $1, fingerprint, risk_id, is_origin, $3
      from heir
     order by fingerprint, risk_id
    on conflict (org_id, fingerprint, risk_id) do update
       set is_origin = excluded.is_origin, valid_from = excluded.valid_from
), marked as (
    insert into isobar.dirty_mark (org_id, asset_id, run_id)
    select $1, asset_id, 0
      from ended
)
select count(*) as n
  from ended
