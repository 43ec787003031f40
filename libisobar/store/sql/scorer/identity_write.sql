-- Writes what a change of identity means for some risks: their heirs, and links of the findings that wait for a
-- decision; their assets are scored again.  What was found before of the same risks is void.
-- $1 org_id, $2 now, $3 uuid[] fingerprints, $4 uuid[] risks and $5 boolean[] is_origin of heirs, $6 uuid[] findings and
-- $7 uuid[] risks of links, $8 reason of these, $9 uuid[] assets.
with heir as materialized (
    select fingerprint, risk_id, is_origin
      from unnest($3::uuid[], $4::uuid[], $5::boolean[]) as h (fingerprint, risk_id, is_origin)
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
    select $1, fingerprint, risk_id, is_origin, $2
      from heir
     order by fingerprint, risk_id
    on conflict (org_id, fingerprint, risk_id) do update
       set is_origin = excluded.is_origin, valid_from = excluded.valid_from
), pinned as (
    insert into isobar.risk_link (org_id, finding_id, risk_id, kind, actor, reason, valid_from)
    select $1, finding_id, risk_id, 0, 'identity', $8, $2
      from unnest($6::uuid[], $7::uuid[]) as p (finding_id, risk_id)
     order by finding_id
    on conflict (org_id, finding_id) do nothing
)
insert into isobar.dirty_mark (org_id, asset_id, run_id)
select $1, asset_id, 0
  from unnest($9::uuid[]) as m (asset_id)
