-- Is there any finding in the org: quickstart asks before it imports the sample.
-- $1 org_id.  Returns present.
select exists (select from isobar.finding where org_id = $1) as present
