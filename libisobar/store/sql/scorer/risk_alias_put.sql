-- Fingerprints that lead to a risk named by another one; one that leads to itself has no alias any
-- more, one that leads there already keeps when and why.  Tickets of a risk that has become part of another
-- one are that one's from now on.
-- $1 org_id, $2 now.  Reads page_risk_alias.
with put as materialized (
    select distinct on (fingerprint) fingerprint, risk_id, reason
      from page_risk_alias
     order by fingerprint, risk_id
), gone as (
    delete from isobar.risk_alias as l
     using put as p
     where l.org_id = $1
       and l.fingerprint = p.fingerprint
       and p.risk_id = p.fingerprint
), followed as (
    update isobar.ticket as t
       set risk_id = p.risk_id, version = t.version + 1
      from put as p
     where t.org_id = $1
       and t.risk_id = p.fingerprint
       and p.risk_id <> p.fingerprint
       and p.reason = 2
)
insert into isobar.risk_alias as l (org_id, fingerprint, risk_id, reason, valid_from)
select $1::bigint, fingerprint, risk_id, reason, $2::timestamptz
  from put
 where risk_id <> fingerprint
on conflict (org_id, fingerprint) do update
   set risk_id = excluded.risk_id, reason = excluded.reason, valid_from = excluded.valid_from
 where l.risk_id <> excluded.risk_id
