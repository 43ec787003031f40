/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_HANDLERS_H
#define ISOBAR_HANDLERS_H

#include "router.h"

/* One a route of routes.c; each stands in the file of its noun. */
handler_fn health_get, ready_get, metrics_get, openapi_json_get, openapi_yaml_get;
handler_fn risks_get, queue_risks_get;
handler_fn risk_get, risk_explanation_get, risk_findings_get, risk_why_merged_get;
handler_fn transitions_get, transition_post, transitions_post;
handler_fn owner_put, claim_post, claim_delete;
handler_fn links_post, links_delete;
handler_fn extension_post, extension_decision_post;
handler_fn acceptances_get, acceptance_post, acceptance_decision_post, acceptance_delete;
handler_fn owners_get, owner_get, named_owner_put, owner_delete;
handler_fn suppressions_get, suppression_get, suppression_rule_put, suppression_delete;
handler_fn fixes_get, fix_get, fix_risks_get;
handler_fn events_get, risk_history_get;
handler_fn sla_summary_get, sla_breaches_get, sla_forecast_get, sla_policies_get;
handler_fn facets_get;
handler_fn compliance_get, frameworks_get;
handler_fn responsibility_get;
handler_fn sources_get, source_get, blind_spots_get, runs_get, run_get;
handler_fn ingest_post, push_get;
handler_fn what_if_post, what_if_get;

#endif
