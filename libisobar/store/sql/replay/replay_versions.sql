-- SPDX-License-Identifier: Apache-2.0
-- What fills a scratch schema with the inputs whose former rows are kept: of each the row that held at a time.
-- $1 org_id, $2 time.  Returns command.
with kept as (
    select t.name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
           bool_or(a.attname = 'org_id') as has_org
      from unnest('{control, control_alias, control_framework, rule_category, rule_fact, intel_cve, intel_alias,
                    asset_context, asset_edge, sla_policy, calendar, suppression_rule, acceptance, owner, owner_rule,
                    risk_link, org_model}'::text[]) as t (name)
      join pg_attribute as a
        on a.attrelid = ('isobar.' || t.name)::regclass
       and a.attnum > 0
       and not a.attisdropped
      join pg_attribute as v
        on v.attrelid = ('isobar.' || t.name || '_version')::regclass
       and v.attname = a.attname
       and not v.attisdropped
     group by t.name
)
select format('insert into %1$I (%2$s) select %2$s from isobar.%1$I where valid_from <= %3$L%4$s '
              'union all select %2$s from isobar.%5$I where valid_from <= %3$L and valid_to > %3$L%4$s',
              name, columns, $2::timestamptz,
              case when has_org then format(' and org_id = %s', $1::bigint) else '' end, name || '_version')
           as command
  from kept
 order by name
