-- Advisory ids and the CVE that sources state for them; empty where they state several.
-- $1 org_id.  Returns alias, cve.
select alias, case when count(*) = 1 then min(cve) else '' end as cve
  from isobar.advisory_alias
 where org_id = $1
 group by alias
