-- SPDX-License-Identifier: Apache-2.0
-- Who may do what, and row-level security.  One list of roles, rights and tables; from it come the
-- grants and the policies, so that no role has a right without a policy: it would read nothing, silently.
--   isobar_collector  writes collection, marks what is dirty, reads reference
--   isobar_scorer     reads collection, reference and policy; writes risks, clocks and messages
--   isobar_courier    writes tickets and deliveries; the only program that reads secrets of endpoints
--   isobar_api        sees one org at a time (app.org_id), no secrets; writes decisions
--   isobar_operator   the command line: reads all, writes sources, orgs, access and policy
-- A later migration that makes a table adds its grants and policies itself (migrations/README.md).

create temporary table permission (
    role_name text   not null,
    rights    text   not null,
    tables    text[] not null
) on commit drop;

-- Reference tables, for all.
insert into permission (role_name, rights, tables)
select r.role_name, 'select',
       '{schema_migration, org, catalog_file, catalog_file_version, score_model, score_model_version,
         finding_category, finding_category_version, control, control_version, control_alias,
         control_alias_version, rule_category, rule_category_version, resource_type,
         resource_type_version, responsibility, responsibility_version, toxic_rule, toxic_rule_version,
         intel_cve, intel_cve_version, intel_snapshot}'::text[]
  from (values ('isobar_collector'), ('isobar_scorer'), ('isobar_courier'), ('isobar_api'),
               ('isobar_operator')) as r (role_name);

insert into permission (role_name, rights, tables) values
-- Collection.
('isobar_collector', 'select, insert, update',
    '{source, run, run_scope, quarantine, asset, asset_alias, advisory_alias, asset_context, rule_fact,
      finding, control_state}'),
('isobar_collector', 'select, insert, update, delete',
    '{lease, run_seen, asset_edge}'),
('isobar_collector', 'select, delete',
    '{ingest_spool}'),
('isobar_collector', 'select, insert',
    '{asset_context_version, asset_edge_version, rule_fact_version, finding_history,
      control_state_version, payload_segment, dirty_mark}'),
('isobar_collector', 'select',
    '{risk}'),

('isobar_scorer', 'select',
    '{source, run, run_scope, asset, asset_alias, advisory_alias, asset_edge, asset_edge_version,
      rule_fact, rule_fact_version, finding, finding_history, control_state, control_state_version,
      risk_link, risk_link_version, risk_claim, sla_policy, sla_policy_version, calendar,
      calendar_version, acceptance, acceptance_version, suppression_rule, suppression_rule_version,
      owner, owner_version, owner_rule, owner_rule_version, ticket}'),
('isobar_scorer', 'select, insert, update',
    '{lease, asset_context, risk, risk_note, sla_segment, review_item}'),
('isobar_scorer', 'select, insert',
    '{asset_context_version, risk_event, event_seq, score_history, risk_rank_history, outbox}'),
('isobar_scorer', 'select, insert, update, delete',
    '{risk_explanation, risk_alias, fix, fix_member, queue_count, dirty_mark}'),

-- Outside.
('isobar_courier', 'select',
    '{source, asset, finding, risk, risk_explanation, risk_alias, event_seq, fix, fix_member, owner,
      sla_policy, sla_segment, calendar, acceptance, review, review_item, principal}'),
('isobar_courier', 'select, insert',
    '{delivery_attempt, risk_claim, risk_event, dirty_mark}'),
('isobar_courier', 'select, update',
    '{endpoint}'),
('isobar_courier', 'select, insert, update, delete',
    '{lease, ticket, outbox}'),

-- The api reads everything but leases, bodies in the spool and the secrets of endpoints.
('isobar_api', 'select',
    '{run_scope, quarantine, asset, asset_alias, advisory_alias, asset_context,
      asset_context_version, asset_edge, asset_edge_version, rule_fact, rule_fact_version, finding,
      finding_history, control_state, control_state_version, payload_segment, risk_explanation,
      risk_alias, score_history, fix, fix_member, event_seq, delivery_attempt}'),
('isobar_api', 'insert',
    '{ingest_spool}'),
('isobar_api', 'select, insert',
    '{run, risk_link_version, risk_note, risk_claim, risk_event, risk_rank_history, sla_segment,
      sla_policy_version, calendar_version, acceptance_version, suppression_rule_version,
      owner_version, owner_rule_version, outbox, dirty_mark, audit_event}'),
('isobar_api', 'select, update',
    '{risk}'),
('isobar_api', 'select, insert, update',
    '{source, acceptance, ticket, review, review_item, principal, api_token, queue_count}'),
('isobar_api', 'select, insert, update, delete',
    '{risk_link, sla_policy, calendar, suppression_rule, owner, owner_rule, saved_queue, threat_model,
      threat_model_component, threat_model_defense, role_grant, idempotency_key}'),
('isobar_api', 'insert, update, delete',
    '{endpoint}'),
-- All columns but secret and secret_key.
('isobar_api', 'select (org_id, endpoint_id, name, channel, url, settings, enabled, disabled_reason, version, updated_at)',
    '{endpoint}'),
('isobar_scorer', 'select (org_id, endpoint_id, name, channel, url, settings, enabled)',
    '{endpoint}'),

-- The command line.
('isobar_operator', 'select',
    '{run_scope, run_seen, ingest_spool, asset, asset_alias, advisory_alias, asset_context, asset_edge,
      rule_fact, finding, control_state, risk, risk_explanation, risk_alias, risk_claim, risk_event,
      event_seq, fix, fix_member, queue_count, sla_segment, delivery_attempt, threat_model,
      threat_model_component, threat_model_defense}'),
('isobar_operator', 'select, insert',
    '{asset_context_version, asset_edge_version, rule_fact_version, risk_link_version,
      sla_policy_version, calendar_version, acceptance_version, suppression_rule_version,
      owner_version, owner_rule_version, dirty_mark, audit_event}'),
('isobar_operator', 'insert, update',
    '{org, catalog_file, score_model, finding_category, control, control_alias, rule_category,
      resource_type, responsibility, toxic_rule, intel_cve, intel_snapshot}'),
('isobar_operator', 'insert, delete',
    '{catalog_file_version, score_model_version, finding_category_version, control_version,
      control_alias_version, rule_category_version, resource_type_version, responsibility_version,
      toxic_rule_version, intel_cve_version}'),
('isobar_operator', 'delete',
    '{control, control_alias, rule_category, resource_type, responsibility, finding_category, toxic_rule}'),
('isobar_operator', 'select, update',
    '{run, quarantine, endpoint, ticket, outbox}'),
('isobar_operator', 'select, insert, update',
    '{source, risk_note, acceptance, review, review_item, principal, api_token}'),
('isobar_operator', 'select, insert, update, delete',
    '{lease, risk_link, sla_policy, calendar, suppression_rule, owner, owner_rule, saved_queue,
      role_grant}'),
-- Retention: what may be forgotten after its time.
('isobar_operator', 'select, delete',
    '{finding_history, control_state_version, payload_segment, score_history, risk_rank_history,
      idempotency_key}');

do $$
declare
    permitted record;
    secured   record;
begin
    for permitted in
        select distinct role_name from permission
    loop
        execute format('grant usage on schema isobar to %I', permitted.role_name);
    end loop;
    for permitted in
        select role_name, rights, unnest(tables) as table_name from permission
    loop
        execute format('grant %s on isobar.%I to %I', permitted.rights, permitted.table_name,
                       permitted.role_name);
    end loop;

    -- Every tenant table: the api by its org, the programs whole.
    for secured in
        select c.relname as table_name,
               (select string_agg(distinct quote_ident(p.role_name), ', ')
                  from permission as p
                 where c.relname = any (p.tables)
                   and p.role_name <> 'isobar_api') as programs
          from pg_class as c
          join pg_attribute as a
            on a.attrelid = c.oid
           and a.attname = 'org_id'
         where c.relnamespace = 'isobar'::regnamespace
           and c.relkind in ('r', 'p')
           and not c.relispartition
           and coalesce(obj_description(c.oid, 'pg_class'), '') !~ '@(reference|local)'
    loop
        execute format('alter table isobar.%I enable row level security', secured.table_name);
        -- Unset is null and reset is empty: both see no row.
        execute format('create policy %I on isobar.%I to isobar_api '
                       'using (org_id = nullif(current_setting(''app.org_id'', true), '''')::bigint)',
                       secured.table_name || '_api', secured.table_name);
        if secured.programs is not null then
            execute format('create policy %I on isobar.%I to %s using (true)',
                           secured.table_name || '_programs', secured.table_name, secured.programs);
        end if;
    end loop;
end
$$;
