/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of Prisma Cloud as the console and the alert CSV job write them: a row per
 * policy and resource.
 *
 * Source: Prisma Cloud documentation, "View and Respond to Prisma Cloud Alerts", and
 * its API reference, "Alerts" (status, severity, policy types).
 */
#include "prisma.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "provider_name.h"
#include "table_row.h"

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return row_has_all(record, COLUMNS("Alert ID", "Policy Name", "Alert Status")) &&
	       row_has_any(record, COLUMNS("Resource ID", "Resource Name")) &&
	       row_has_any(record,
	                   COLUMNS("Cloud Type", "Cloud Account Id", "Cloud Account ID"));
}

/* The resource. */

/* Prisma shows regions by places. */
static const struct {
	const char *place, *region;
} aws_regions[] = {
        {"AWS Virginia", "us-east-1"},       {"AWS Ohio", "us-east-2"},
        {"AWS California", "us-west-1"},     {"AWS Oregon", "us-west-2"},
        {"AWS Canada", "ca-central-1"},      {"AWS Ireland", "eu-west-1"},
        {"AWS London", "eu-west-2"},         {"AWS Paris", "eu-west-3"},
        {"AWS Frankfurt", "eu-central-1"},   {"AWS Stockholm", "eu-north-1"},
        {"AWS Milan", "eu-south-1"},         {"AWS Mumbai", "ap-south-1"},
        {"AWS Singapore", "ap-southeast-1"}, {"AWS Sydney", "ap-southeast-2"},
        {"AWS Tokyo", "ap-northeast-1"},     {"AWS Seoul", "ap-northeast-2"},
        {"AWS Osaka", "ap-northeast-3"},     {"AWS Hong Kong", "ap-east-1"},
        {"AWS Sao Paulo", "sa-east-1"},      {"AWS Bahrain", "me-south-1"},
        {"AWS Cape Town", "af-south-1"},
};

/* "Azure East US" is eastus.  Of a place that is not known nothing is said. */
static const char *region_of(enum provider provider, const char *shown, struct arena *a)
{
	char *region, *end;

	if (strchr(shown, ' ') == NULL)
		return shown;
	for (size_t i = 0; i < N_ELEMENTS(aws_regions); i++)
		if (strcasecmp(shown, aws_regions[i].place) == 0)
			return aws_regions[i].region;
	if (provider != PROVIDER_AZURE || strncasecmp(shown, "Azure ", 6) != 0)
		return "";
	region = end = arena_strdup(a, shown + 6);
	for (const char *c = shown + 6; *c != '\0'; c++)
		if (*c != ' ')
			*end++ = (char)tolower((unsigned char)*c);
	*end = '\0';
	return region;
}

static int set_resource(struct finding *f, struct json_view row, struct arena *a,
                        struct error *err)
{
	struct resource *r = &f->resource;

	r->provider = provider_of_name(row_text(row, "Cloud Type"));
	r->account = row_any(row, COLUMNS("Cloud Account Id", "Cloud Account ID"));
	r->region =
	        region_of(r->provider, row_any(row, COLUMNS("Region", "Cloud Region")), a);
	r->type = row_any(row, COLUMNS("Resource Type"));
	r->name = row_any(row, COLUMNS("Resource Name"));
	r->raw = row_any(row, COLUMNS("Resource ID", "Resource Name"));
	f->scope = r->account;
	if (r->raw[0] == '\0' && r->account[0] == '\0')
		return error_set(err, ERR_INVALID, "alert %.40s names no resource",
		                 f->native_id);
	return 0;
}

/* The verdict. */

static enum finding_state state_of(const char *status)
{
	static const struct {
		const char *name;
		enum finding_state state;
	} rows[] = {
	        {"open", FINDING_OPEN},
	        {"pending_resolution", FINDING_OPEN},
	        {"pending resolution", FINDING_OPEN},
	        {"resolved", FINDING_RESOLVED},
	        {"dismissed", FINDING_SUPPRESSED},
	        {"snoozed", FINDING_SUPPRESSED},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcasecmp(status, rows[i].name) == 0)
			return rows[i].state;
	return FINDING_UNKNOWN;
}

/* A policy may have several types: "config, network". */
static enum finding_class class_of(const char *types)
{
	static const struct {
		const char *name;
		enum finding_class class;
	} rows[] = {
	        {"anomaly", CLASS_THREAT},
	        {"audit_event", CLASS_THREAT},
	        {"audit event", CLASS_THREAT},
	        {"workload_incident", CLASS_THREAT},
	        {"workload_vulnerability", CLASS_VULNERABILITY},
	        {"config", CLASS_MISCONFIGURATION},
	        {"iam", CLASS_IDENTITY},
	        {"network", CLASS_EXPOSURE},
	        {"attack_path", CLASS_EXPOSURE},
	        {"attack path", CLASS_EXPOSURE},
	        {"data", CLASS_EXPOSURE},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strncasecmp(types, rows[i].name, strlen(rows[i].name)) == 0)
			return rows[i].class;
	return CLASS_OTHER;
}

static const char *status_of(struct json_view row, struct arena *a)
{
	const char *status = row_text(row, "Alert Status");
	const char *reason =
	        row_any(row, COLUMNS("Resolution Reason", "Dismissal Reason", "Reason"));

	return reason[0] == '\0' ? status : ARENA_JOIN(a, status, ": ", reason);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view row = in->record;
	const char *id = row_any(row, COLUMNS("Alert ID"));
	const char *policy = row_any(row, COLUMNS("Policy ID", "Policy Name"));
	struct finding *f;

	if (id[0] == '\0' || policy[0] == '\0')
		return error_set(err, ERR_INVALID, "Alert ID or Policy Name is missing");
	f = parse_add_finding(out);
	f->connector = "prisma_cloud";
	f->engine = "prisma";
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->native_id = id;
	f->rule = policy;
	f->class = class_of(row_text(row, "Policy Type"));
	f->title = row_any(row, COLUMNS("Policy Name"));
	f->description = row_any(row, COLUMNS("Description", "Policy Description"));
	f->remediation = row_any(row, COLUMNS("Recommendation", "Policy Recommendation"));
	f->severity_raw = row_any(row, COLUMNS("Policy Severity", "Severity"));
	f->sev100 = severity_of_label(f->severity_raw);
	f->state = state_of(row_text(row, "Alert Status"));
	f->status_raw = status_of(row, out->arena);
	f->first_seen = row_time(row_any(row, COLUMNS("First Seen", "Alert Time")));
	f->last_seen = row_time(row_any(row, COLUMNS("Last Seen")));
	f->source_updated_at =
	        row_time(row_any(row, COLUMNS("Last Updated", "Updated On")));
	if (f->state == FINDING_RESOLVED)
		f->resolved_at = row_time(row_text(row, "Resolved On"));
	return set_resource(f, row, out->arena, err);
}

const struct format prisma_alerts_csv = {
        .name = "prisma-alerts-csv",
        .record_paths = (const char *const[]){NULL},
        .detect = detect,
        .parse = parse,
};
