-- Fingerprints that lead to a risk named by another one; one that leads there already keeps when and why.
-- $1 org_id, $2 now.  Reads page_risk_alias.
insert into isobar.risk_alias as l (org_id, fingerprint, risk_id, reason, valid_from)
select distinct on (fingerprint) $1::bigint, fingerprint, risk_id, reason, $2::timestamptz
  from page_risk_alias
 order by fingerprint, risk_id
on conflict (org_id, fingerprint) do update
   set risk_id = excluded.risk_id, reason = excluded.reason, valid_from = excluded.valid_from
 where l.risk_id <> excluded.risk_id
