/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of formats, and the growing arrays that their parsers fill.  The
 * order of the table is the order in which a record is asked about: narrow
 * shapes (a schema version, a class id) before loose ones (CSV headers).
 */
#include "format.h"

#include <stdlib.h>
#include <string.h>

#include "aws_asff.h"
#include "aws_native.h"
#include "azure.h"
#include "checkov.h"
#include "cloudsploit.h"
#include "gcp_artifact.h"
#include "gcp_asset.h"
#include "gcp_scc.h"
#include "generic.h"
#include "github.h"
#include "grype.h"
#include "kube_bench.h"
#include "lacework.h"
#include "oci_cloudguard.h"
#include "ocsf.h"
#include "orca.h"
#include "prisma.h"
#include "prowler.h"
#include "qualys.h"
#include "sarif.h"
#include "scoutsuite.h"
#include "semgrep.h"
#include "steampipe.h"
#include "sysdig.h"
#include "tenable.h"
#include "trivy.h"
#include "vex.h"
#include "wazuh.h"
#include "wiz.h"

const struct format *const formats[] = {
        &aws_asff,
        &aws_guardduty,
        &aws_inspector2,
        &ocsf,
        &azure_assessments,
        &azure_assessment_metadata,
        &azure_subassessments,
        &azure_alerts,
        &azure_policy_states,
        &azure_context,
        &azure_mdvm,
        &sentinel_incidents,
        &graph_alerts,
        &entra_risky_users,
        &entra_mfa,
        &azure_resource_graph,
        &azure_resource_graph_table,
        &gcp_scc,
        &gcp_asset_inventory,
        &gcp_artifact,
        &oci_cloudguard,
        &oci_cloudguard_events,
        &lacework,
        &github_dependabot,
        &github_code_scanning,
        &github_secret_scanning,
        &semgrep,
        &sysdig_scan,
        &sysdig_events,
        &wazuh,
        &scoutsuite,
        &sarif_secrets,
        &sarif,
        &openvex,
        &cyclonedx_vex,
        &grype,
        &trivy_k8s,
        &trivy_operator,
        &trivy,
        &trivy_legacy,
        &prowler_json,
        &prowler_v2_json,
        &cloudsploit_json,
        &steampipe_json,
        &kube_bench,
        &checkov,
        &wiz_issues,
        &wiz_configuration_findings,
        &wiz_cli,
        &orca_alerts,
        &defectdojo,
        &azure_portal_csv,
        &prowler_csv,
        &prowler_compliance,
        &prowler_v2_csv,
        &cloudsploit_csv,
        &steampipe_csv,
        &tenable_csv,
        &qualys_csv,
        &wiz_issues_csv,
        &wiz_vulnerabilities_csv,
        &prisma_alerts_csv,
        &twistlock_csv,
        &generic_json,
        &generic_csv,
};
const size_t n_formats = N_ELEMENTS(formats);

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < n_formats; i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

const struct format *format_detect(struct json_view envelope, struct json_view record)
{
	for (size_t i = 0; i < n_formats; i++) {
		if (formats[i]->detect(envelope, record))
			return formats[i];
	}
	return NULL;
}

/*
 * Returns room for one more element.  The old array stays in the arena until the
 * page ends: doubling keeps that waste below the size of the array itself.
 */
static void *grow(struct arena *a, void *items, size_t size, size_t n, size_t *room)
{
	void *bigger;

	if (n < *room)
		return items;
	*room = *room == 0 ? 1 : *room * 2; /* most records make one */
	bigger = arena_alloc_array(a, *room, size);
	if (n > 0)
		memcpy(bigger, items, n * size);
	return bigger;
}

struct finding *parse_add_finding(struct parse_output *out)
{
	struct finding *f;

	out->findings = grow(out->arena, out->findings, sizeof(*out->findings),
	                     out->n_findings, &out->room_findings);
	f = &out->findings[out->n_findings++];
	finding_init(f);
	return f;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool may_be_shadowed(const struct finding *f)
{
	return f->state == FINDING_SUPPRESSED || f->state == FINDING_NOT_APPLICABLE;
}

void parse_drop_shadowed(struct parse_output *out, size_t first)
{
	const size_t n = out->n_findings - first;
	const char **open = NULL;
	size_t n_open = 0, n_others = 0, kept = first;

	for (size_t i = first; i < out->n_findings; i++)
		n_others += may_be_shadowed(&out->findings[i]);
	if (n_others == 0 || n_others == n)
		return;
	open = ARENA_ARRAY(out->arena, const char *, n);
	for (size_t i = first; i < out->n_findings; i++)
		if (out->findings[i].state == FINDING_OPEN)
			open[n_open++] = out->findings[i].native_id;
	qsort(open, n_open, sizeof(*open), compare_texts);
	for (size_t i = first; i < out->n_findings; i++) {
		const struct finding *f = &out->findings[i];

		if (may_be_shadowed(f) &&
		    bsearch(&f->native_id, open, n_open, sizeof(*open), compare_texts))
			continue;
		out->findings[kept++] = *f;
	}
	out->n_findings = kept;
}

struct rule_fact *parse_add_fact(struct parse_output *out)
{
	struct rule_fact *fact;

	out->facts = grow(out->arena, out->facts, sizeof(*out->facts), out->n_facts,
	                  &out->room_facts);
	fact = &out->facts[out->n_facts++];
	memset(fact, 0, sizeof(*fact));
	return fact;
}

struct resource *parse_add_resource(struct parse_output *out)
{
	struct resource *r;

	out->resources = grow(out->arena, out->resources, sizeof(*out->resources),
	                      out->n_resources, &out->room_resources);
	r = &out->resources[out->n_resources++];
	memset(r, 0, sizeof(*r));
	return r;
}

void parse_add_problem(struct parse_output *out, struct json_view item, const char *reason)
{
	out->problems = grow(out->arena, out->problems, sizeof(*out->problems),
	                     out->n_problems, &out->room_problems);
	out->problems[out->n_problems++] = (struct parse_problem){
	        .item = item, .reason = arena_strdup(out->arena, reason)};
}

void parse_add_scope(struct parse_output *out, const char *connector, const char *scope)
{
	out->scopes = grow(out->arena, out->scopes, sizeof(*out->scopes), out->n_scopes,
	                   &out->room_scopes);
	out->scopes[out->n_scopes++] = (struct parse_scope){connector, scope};
}

struct asset_statement *parse_add_statement(struct parse_output *out,
                                            const struct resource *r)
{
	struct asset_statement *s;

	out->statements = grow(out->arena, out->statements, sizeof(*out->statements),
	                       out->n_statements, &out->room_statements);
	s = &out->statements[out->n_statements++];
	*s = (struct asset_statement){.resource = *r, .tags = ""};
	return s;
}

void parse_add_claim(struct parse_output *out, struct asset_statement *s,
                     enum context_field field, int level, const char *evidence)
{
	s->claims = grow(out->arena, s->claims, sizeof(*s->claims), s->n_claims,
	                 &s->room_claims);
	s->claims[s->n_claims++] =
	        (struct context_claim){.field = field,
	                               .level = level,
	                               .evidence = arena_strdup(out->arena, evidence)};
}

void parse_add_edge(struct parse_output *out, struct asset_statement *s,
                    enum edge_kind kind, bool incoming, const struct resource *other)
{
	s->edges =
	        grow(out->arena, s->edges, sizeof(*s->edges), s->n_edges, &s->room_edges);
	s->edges[s->n_edges++] =
	        (struct edge_claim){.kind = kind, .incoming = incoming, .other = *other};
}
