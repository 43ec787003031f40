-- The model of an org, where it is not the catalogue's.
-- $1 org_id.  Returns model, body.
select model, body
  from isobar.org_model
 where org_id = $1
