/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole api on one screen.  docs/openapi.yaml says what each answers; a test holds
 * the two together.
 */
#include "base/attr.h"

#include "handlers.h"

/* clang-format off */
const struct route routes[] = {
	{ROUTE_GET, "/healthz",                   PERMISSION_NONE, health_get},
	{ROUTE_GET, "/livez",                     PERMISSION_NONE, health_get},
	{ROUTE_GET, "/readyz",                    PERMISSION_NONE, ready_get},
	{ROUTE_GET, "/metrics",                   PERMISSION_NONE, metrics_get},
	{ROUTE_GET, "/openapi.json",              PERMISSION_NONE, openapi_json_get},
	{ROUTE_GET, "/openapi.yaml",              PERMISSION_NONE, openapi_yaml_get},
	{ROUTE_GET, "/v1/queues/{queue}/risks",   PERMISSION_READ, queue_risks_get},
	{ROUTE_GET, "/v1/risks",                  PERMISSION_READ, risks_get},
	{ROUTE_GET, "/v1/risks/{id}",             PERMISSION_READ, risk_get},
	{ROUTE_GET, "/v1/risks/{id}/explanation", PERMISSION_READ, risk_explanation_get},
	{ROUTE_GET, "/v1/risks/{id}/findings",    PERMISSION_READ, risk_findings_get},
	{ROUTE_GET, "/v1/risks/{id}/why-merged",  PERMISSION_READ, risk_why_merged_get},
	{ROUTE_GET, "/v1/risks/{id}/transitions", PERMISSION_READ, transitions_get},
	{ROUTE_POST, "/v1/risks/{id}/transitions", PERMISSION_TRIAGE, transition_post},
	{ROUTE_POST, "/v1/transitions",           PERMISSION_TRIAGE, transitions_post},
	{ROUTE_PUT, "/v1/risks/{id}/owner",       PERMISSION_TRIAGE, owner_put},
	{ROUTE_POST, "/v1/risks/{id}/claim",      PERMISSION_TRIAGE, claim_post},
	{ROUTE_DELETE, "/v1/risks/{id}/claim",    PERMISSION_TRIAGE, claim_delete},
	{ROUTE_POST, "/v1/risks/{id}/links",      PERMISSION_TRIAGE, links_post},
	{ROUTE_DELETE, "/v1/risks/{id}/links",    PERMISSION_TRIAGE, links_delete},
	{ROUTE_POST, "/v1/risks/{id}/extension",  PERMISSION_TRIAGE, extension_post},
	{ROUTE_POST, "/v1/extensions/{id}/decision", PERMISSION_APPROVE, extension_decision_post},
	{ROUTE_GET, "/v1/acceptances",            PERMISSION_READ, acceptances_get},
	{ROUTE_POST, "/v1/acceptances",           PERMISSION_TRIAGE, acceptance_post},
	{ROUTE_POST, "/v1/acceptances/{id}/decision", PERMISSION_APPROVE, acceptance_decision_post},
	{ROUTE_DELETE, "/v1/acceptances/{id}",    PERMISSION_TRIAGE, acceptance_delete},
	{ROUTE_GET, "/v1/owners",                 PERMISSION_READ, owners_get},
	{ROUTE_GET, "/v1/owners/{name}",          PERMISSION_READ, owner_get},
	{ROUTE_PUT, "/v1/owners/{name}",          PERMISSION_ADMIN, named_owner_put},
	{ROUTE_DELETE, "/v1/owners/{name}",       PERMISSION_ADMIN, owner_delete},
	{ROUTE_GET, "/v1/suppressions",           PERMISSION_READ, suppressions_get},
	{ROUTE_GET, "/v1/suppressions/{name}",    PERMISSION_READ, suppression_get},
	{ROUTE_PUT, "/v1/suppressions/{name}",    PERMISSION_APPROVE, suppression_rule_put},
	{ROUTE_DELETE, "/v1/suppressions/{name}", PERMISSION_APPROVE, suppression_delete},
	{ROUTE_GET, "/v1/risks/{id}/history",     PERMISSION_READ, risk_history_get},
	{ROUTE_GET, "/v1/events",                 PERMISSION_READ, events_get},
	{ROUTE_GET, "/v1/sla/summary",            PERMISSION_READ, sla_summary_get},
	{ROUTE_GET, "/v1/sla/breaches",           PERMISSION_READ, sla_breaches_get},
	{ROUTE_GET, "/v1/sla/forecast",           PERMISSION_READ, sla_forecast_get},
	{ROUTE_GET, "/v1/sla/policies",           PERMISSION_READ, sla_policies_get},
	{ROUTE_GET, "/v1/fixes",                  PERMISSION_READ, fixes_get},
	{ROUTE_GET, "/v1/fixes/{id}",             PERMISSION_READ, fix_get},
	{ROUTE_GET, "/v1/fixes/{id}/risks",       PERMISSION_READ, fix_risks_get},
	{ROUTE_GET, "/v1/facets",                 PERMISSION_READ, facets_get},
	{ROUTE_GET, "/v1/compliance",             PERMISSION_READ, compliance_get},
	{ROUTE_GET, "/v1/compliance/frameworks",  PERMISSION_READ, frameworks_get},
	{ROUTE_GET, "/v1/responsibility",         PERMISSION_READ, responsibility_get},
	{ROUTE_GET, "/v1/sources",                PERMISSION_READ, sources_get},
	{ROUTE_GET, "/v1/sources/{name}",         PERMISSION_READ, source_get},
	{ROUTE_GET, "/v1/blind-spots",            PERMISSION_READ, blind_spots_get},
	{ROUTE_GET, "/v1/runs",                   PERMISSION_READ, runs_get},
	{ROUTE_GET, "/v1/runs/{id}",              PERMISSION_READ, run_get},
	{ROUTE_POST, "/v1/ingest",                PERMISSION_INGEST, ingest_post},
	{ROUTE_GET, "/v1/pushes/{id}",            PERMISSION_READ, push_get},
	{ROUTE_POST, "/v1/what-if",               PERMISSION_READ, what_if_post},
	{ROUTE_GET, "/v1/what-if/{id}",           PERMISSION_READ, what_if_get},
};
/* clang-format on */

const size_t n_routes = N_ELEMENTS(routes);
