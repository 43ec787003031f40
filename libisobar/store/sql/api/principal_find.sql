-- SPDX-License-Identifier: Apache-2.0
-- A principal and what it may do.
-- $1 org_id, $2 principal_id.  Returns a row a grant: name, kind, enabled, role, scope; one row with
-- role null when there is no grant, no row when there is no such principal.  Row security wants app.org_id.
select p.name, p.kind, p.enabled, g.role, g.scope
  from isobar.principal as p
  left join isobar.role_grant as g
    on g.org_id = p.org_id
   and g.principal_id = p.principal_id
 where p.org_id = $1
   and p.principal_id = $2
