-- SPDX-License-Identifier: Apache-2.0
-- The policies of an org become these, in this order; former rows are kept.
-- $1 org_id, $2 policies as JSON, $3 now, $4 actor, $5 reason.  Returns n, how many came, went or changed.
with next as (
    select n.policy_id, e.position::integer as position, n.name, n.band, n.provider, n.environment, n.tag,
           o.owner_id, n.framework, n.window_seconds, n.warn_percent, n.warn_points, c.calendar_id, n.kev_cap,
           n.start_at, n.acceptance_max_seconds, n.enabled
      from jsonb_array_elements($2::jsonb) with ordinality as e (body, position)
     cross join lateral jsonb_to_record(e.body) as n (
           policy_id bigint, name text, band smallint, provider smallint, environment text, tag text,
           owner text, framework text, window_seconds bigint, warn_percent smallint, warn_points smallint[],
           calendar text, kev_cap boolean, start_at smallint, acceptance_max_seconds bigint, enabled boolean)
      left join isobar.owner as o
        on o.org_id = $1
       and o.name = n.owner
      left join isobar.calendar as c
        on c.org_id = $1
       and c.name = n.calendar
), change as (
    select coalesce(n.policy_id, p.policy_id) as policy_id, n.policy_id is null as is_gone,
           p.policy_id is not null as is_old
      from (select policy_id, position, name, band, provider, environment, tag, owner_id, framework,
                   window_seconds, warn_percent, warn_points, calendar_id, kev_cap, start_at,
                   acceptance_max_seconds, enabled
              from isobar.sla_policy
             where org_id = $1) as p
      full join next as n
        on n.policy_id = p.policy_id
     where (n.position, n.name, n.band, n.provider, n.environment, n.tag, n.owner_id, n.framework,
            n.window_seconds, n.warn_percent, n.warn_points, n.calendar_id, n.kev_cap, n.start_at,
            n.acceptance_max_seconds, n.enabled)
           is distinct from
           (p.position, p.name, p.band, p.provider, p.environment, p.tag, p.owner_id, p.framework,
            p.window_seconds, p.warn_percent, p.warn_points, p.calendar_id, p.kev_cap, p.start_at,
            p.acceptance_max_seconds, p.enabled)
), former as (
    insert into isobar.sla_policy_version (org_id, policy_id, position, name, band, provider, environment, tag,
                owner_id, framework, window_seconds, warn_percent, warn_points, calendar_id, kev_cap, start_at,
                acceptance_max_seconds, enabled, reason, actor, valid_from, valid_to)
    select $1, p.policy_id, p.position, p.name, p.band, p.provider, p.environment, p.tag, p.owner_id,
           p.framework, p.window_seconds, p.warn_percent, p.warn_points, p.calendar_id, p.kev_cap, p.start_at,
           p.acceptance_max_seconds, p.enabled, p.reason, p.actor, p.valid_from, $3
      from change as c
      join isobar.sla_policy as p
        on p.org_id = $1
       and p.policy_id = c.policy_id
     where c.is_old
       and p.valid_from < $3
    on conflict (org_id, policy_id, valid_from) do nothing
), gone as (
    delete from isobar.sla_policy as p
     using change as c
     where p.org_id = $1
       and p.policy_id = c.policy_id
       and c.is_gone
), put as (
    insert into isobar.sla_policy (org_id, policy_id, position, name, band, provider, environment, tag, owner_id,
                framework, window_seconds, warn_percent, warn_points, calendar_id, kev_cap, start_at,
                acceptance_max_seconds, enabled, reason, actor, valid_from)
    select $1, n.policy_id, n.position, n.name, n.band, n.provider, n.environment, n.tag, n.owner_id,
           n.framework, n.window_seconds, n.warn_percent, n.warn_points, n.calendar_id, n.kev_cap, n.start_at,
           n.acceptance_max_seconds, n.enabled, $5, $4, $3
      from next as n
      join change as c
        on c.policy_id = n.policy_id
     order by n.policy_id
    on conflict (org_id, policy_id) do update
       set position = excluded.position, name = excluded.name, band = excluded.band,
           provider = excluded.provider, environment = excluded.environment, tag = excluded.tag,
           owner_id = excluded.owner_id, framework = excluded.framework,
           window_seconds = excluded.window_seconds, warn_percent = excluded.warn_percent,
           warn_points = excluded.warn_points, calendar_id = excluded.calendar_id,
           kev_cap = excluded.kev_cap, start_at = excluded.start_at,
           acceptance_max_seconds = excluded.acceptance_max_seconds, enabled = excluded.enabled,
           reason = excluded.reason, actor = excluded.actor, valid_from = excluded.valid_from
)
select count(*) as n
  from change
