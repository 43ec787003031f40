-- SPDX-License-Identifier: Apache-2.0
-- The first of these policies that names an owner, a framework or a calendar that there is not.
-- $1 org_id, $2 policies as JSON.  Returns position (from 1), what and name; no row: all are known.
select e.position, u.what, u.name
  from jsonb_array_elements($2::jsonb) with ordinality as e (body, position)
 cross join lateral (
       select 1 as no, 'owner' as what, e.body ->> 'owner' as name
        where not exists (select 1
                            from isobar.owner as o
                           where o.org_id = $1
                             and o.name = e.body ->> 'owner')
        union all
       select 2, 'framework', e.body ->> 'framework'
        where not exists (select 1
                            from isobar.control_framework as f
                           where f.framework = e.body ->> 'framework')
        union all
       select 3, 'calendar', e.body ->> 'calendar'
        where not exists (select 1
                            from isobar.calendar as c
                           where c.org_id = $1
                             and c.name = e.body ->> 'calendar')) as u
 where u.name is not null
 order by e.position, u.no
 limit 1
