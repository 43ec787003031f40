-- Advisory ids for which sources state exactly one CVE.
-- $1 org_id.  Returns alias, cve.
select alias, min(cve) as cve
  from isobar.advisory_alias
 where org_id = $1
 group by alias
having count(*) = 1
