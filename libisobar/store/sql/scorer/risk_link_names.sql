-- The fingerprints that lead to risks which people have linked findings to.
-- $1 org_id, $2 uuid[] risks.  Returns risk_id, fingerprint.
select risk_id, fingerprint
  from isobar.risk_alias
 where org_id = $1
   and reason <> 3
   and risk_id = any ($2::uuid[])
