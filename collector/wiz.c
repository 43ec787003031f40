/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wiz: issues and configuration findings as the GraphQL API lists them, issues and
 * vulnerability findings as the portal exports them.  An issue is the same finding
 * in both forms.
 *
 * Source: Wiz documentation, "Pull issues", "Pull cloud configuration findings";
 * the queries of public integrations (Cortex XSOAR's pack, Port's Ocean), and the
 * headers of exports.
 */
#include "wiz.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "table_row.h"
#include "wiz_record.h"

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct finding *add_finding(struct parse_output *out, const char *id)
{
	struct finding *f = parse_add_finding(out);

	f->connector = "wiz";
	f->engine = "wiz";
	f->native_id = id;
	f->fidelity = FIDELITY_AUTHORITATIVE;
	return f;
}

static void set_severity(struct finding *f, const char *label)
{
	f->severity_raw = label;
	f->sev100 = severity_of_label(label);
}

/* Issues, whichever form they have. */

struct issue {
	const char *id, *rule, *title, *description, *remediation;
	const char *severity, *status, *resolution, *type;
	const char *created, *updated, *resolved;
	struct json_view categories;
	struct wiz_entity entity;
};

static enum finding_class class_of_issue(const char *type)
{
	return strcasecmp(type, "THREAT_DETECTION") == 0 ? CLASS_THREAT
	                                                 : CLASS_MISCONFIGURATION;
}

static int add_issue(const struct issue *issue, struct parse_output *out, struct error *err)
{
	struct finding *f;

	if (issue->id[0] == '\0')
		return error_set(err, ERR_INVALID, "the issue's id is missing");
	if (issue->rule[0] == '\0')
		return error_set(err, ERR_INVALID, "issue %.40s: its rule is missing",
		                 issue->id);
	f = add_finding(out, issue->id);
	f->rule = issue->rule;
	f->class = class_of_issue(issue->type);
	f->title = issue->title;
	f->description = issue->description;
	f->remediation = issue->remediation;
	f->state = wiz_state(issue->status);
	f->status_raw = issue->resolution[0] == '\0' ? issue->status
	                                             : ARENA_JOIN(out->arena, issue->status,
	                                                          " ", issue->resolution);
	set_severity(f, issue->severity);
	f->first_seen = row_time(issue->created);
	if (f->state == FINDING_RESOLVED)
		f->resolved_at = row_time(issue->resolved);
	f->source_updated_at = row_time(issue->updated);
	/* The export has no such time, but is not older than what it tells of. */
	if (f->source_updated_at == TIMESTAMP_NONE)
		f->source_updated_at =
		        f->resolved_at > f->first_seen ? f->resolved_at : f->first_seen;
	wiz_set_controls(f, issue->categories, out->arena);
	if (wiz_set_resource(f, &issue->entity, out->arena, err) < 0)
		return error_wrap(err, "issue %.40s", issue->id);
	return 0;
}

/* Issues of the API. */

static const char *const issue_paths[] = {"data/issues/nodes", "data/issuesV2/nodes", NULL};

/* A page of one of these lists; an empty one has nothing else to tell. */
static bool is_page(struct json_view envelope, const char *const *paths)
{
	for (; *paths != NULL; paths++) {
		char pointer[64];

		(void)snprintf(pointer, sizeof(pointer), "/%s", *paths);
		if (json_view_is_array(json_view_at(envelope, pointer)))
			return true;
	}
	return false;
}

static bool issue_detect(struct json_view envelope, struct json_view record)
{
	if (!record.doc)
		return is_page(envelope, issue_paths);
	return json_view_is_text(json_view_at(record, "id")) &&
	       json_view_is_object(json_view_at(record, "entitySnapshot")) &&
	       json_view_is_text(json_view_at(record, "severity")) &&
	       (json_view_is_object(json_view_at(record, "sourceRule")) ||
	        json_view_is_object(json_view_at(record, "control")));
}

static struct wiz_entity entity_of_snapshot(struct json_view snapshot)
{
	return (struct wiz_entity){
	        .ids = {row_text(snapshot, "providerId"), row_text(snapshot, "externalId")},
	        .portal = row_text(snapshot, "cloudProviderURL"),
	        .vertex_id = row_text(snapshot, "id"),
	        .name = row_text(snapshot, "name"),
	        .type = row_any(snapshot, COLUMNS("nativeType", "type")),
	        .platform = row_text(snapshot, "cloudPlatform"),
	        .region = row_text(snapshot, "region"),
	        .subscription = row_text(snapshot, "subscriptionExternalId"),
	};
}

static int issue_parse(const struct parse_input *in, struct parse_output *out,
                       struct error *err)
{
	struct json_view v = in->record, rule = json_view_at(v, "sourceRule");
	struct issue issue;

	if (!json_view_exists(rule))
		rule = json_view_at(v, "control");
	issue = (struct issue){
	        .id = row_text(v, "id"),
	        .rule = row_text(rule, "id"),
	        .title = row_text(rule, "name"),
	        .description =
	                row_any(rule, COLUMNS("controlDescription",
	                                      "cloudConfigurationRuleDescription",
	                                      "cloudEventRuleDescription", "description")),
	        .remediation = row_any(rule, COLUMNS("resolutionRecommendation",
	                                             "remediationInstructions")),
	        .severity = row_text(v, "severity"),
	        .status = row_text(v, "status"),
	        .resolution = row_text(v, "resolutionReason"),
	        .type = row_text(v, "type"),
	        .created = row_text(v, "createdAt"),
	        .updated = row_any(v, COLUMNS("updatedAt", "statusChangedAt")),
	        .resolved = row_text(v, "resolvedAt"),
	        .categories = json_view_at(rule, "securitySubCategories"),
	        .entity = entity_of_snapshot(json_view_at(v, "entitySnapshot")),
	};
	if (wiz_check_page(in->envelope, err) < 0)
		return err->code;
	return add_issue(&issue, out, err);
}

/* Issues of the CSV. */

static bool issue_csv_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return row_has_all(record, COLUMNS("Issue ID", "Title", "Severity", "Status",
	                                   "Control ID", "Resource Type"));
}

static int issue_csv_parse(const struct parse_input *in, struct parse_output *out,
                           struct error *err)
{
	struct json_view row = in->record;
	const struct issue issue = {
	        .id = row_text(row, "Issue ID"),
	        .rule = row_text(row, "Control ID"),
	        .title = row_text(row, "Title"),
	        .description = row_text(row, "Description"),
	        .remediation = row_text(row, "Remediation Recommendation"),
	        .severity = row_text(row, "Severity"),
	        .status = row_text(row, "Status"),
	        .resolution = row_text(row, "Resolution"),
	        .type = row_any(row, COLUMNS("Type", "Issue Type")),
	        .created = row_text(row, "Created At"),
	        .updated = row_any(row, COLUMNS("Updated At", "Status Changed At")),
	        .resolved = row_any(row, COLUMNS("Resolved Time", "Resolved At")),
	        .entity =
	                {
	                        .ids = {row_text(row, "Provider ID"),
	                                row_text(row, "Resource external ID")},
	                        .portal = row_text(row, "Cloud Provider URL"),
	                        .vertex_id = row_text(row, "Resource vertex ID"),
	                        .name = row_text(row, "Resource Name"),
	                        .type = row_text(row, "Resource Type"),
	                        .platform = row_text(row, "Resource Platform"),
	                        .region = row_text(row, "Resource Region"),
	                        .subscription = row_text(row, "Subscription ID"),
	                },
	};

	return add_issue(&issue, out, err);
}

/* Configuration findings of the API. */

static const char *const configuration_paths[] = {"data/configurationFindings/nodes", NULL};

static bool configuration_detect(struct json_view envelope, struct json_view record)
{
	if (!record.doc)
		return is_page(envelope, configuration_paths);
	return json_view_is_text(json_view_at(record, "id")) &&
	       json_view_is_text(json_view_at(record, "result")) &&
	       json_view_is_object(json_view_at(record, "resource")) &&
	       json_view_is_text(json_view_at(record, "/rule/id")) &&
	       (json_view_exists(json_view_at(record, "analyzedAt")) ||
	        json_view_exists(json_view_at(record, "targetExternalId")));
}

/* The ARN in "CloudPlatform/EncryptionKey##arn:aws:kms:…##ResourcePolicy" */
static const char *cloud_part(const char *target, struct arena *a)
{
	while (*target != '\0') {
		const char *end = strstr(target, "##");
		size_t size = end != NULL ? (size_t)(end - target) : strlen(target);

		if (strncmp(target, "arn:", 4) == 0 ||
		    strncasecmp(target, "/subscriptions/", 15) == 0 ||
		    strncmp(target, "https://", 8) == 0 ||
		    strncmp(target, "ocid1.", 6) == 0)
			return arena_strndup(a, target, size);
		target += size + (end != NULL ? 2 : 0);
	}
	return "";
}

/* result is the verdict, status what people and time made of it. */
static enum finding_state configuration_state(struct json_view v)
{
	const char *result = row_text(v, "result");
	bool deleted = false;

	if (json_view_bool(json_view_at(v, "deleted"), &deleted) && deleted)
		return FINDING_RESOLVED;
	if (strcasecmp(result, "PASS") == 0)
		return FINDING_PASSING;
	if (strcasecmp(result, "FAIL") != 0)
		return FINDING_UNKNOWN;
	if (json_view_array_size(json_view_at(v, "ignoreRules")) > 0)
		return FINDING_SUPPRESSED;
	return row_text(v, "status")[0] == '\0' ? FINDING_OPEN
	                                        : wiz_state(row_text(v, "status"));
}

static struct wiz_entity entity_of_target(struct json_view v, struct arena *a)
{
	struct json_view resource = json_view_at(v, "resource");

	return (struct wiz_entity){
	        .ids = {row_text(v, "targetObjectProviderUniqueId"),
	                row_text(resource, "providerId"),
	                cloud_part(row_text(v, "targetExternalId"), a)},
	        .portal = row_text(resource, "cloudProviderURL"),
	        .vertex_id = row_text(resource, "id"),
	        .name = row_text(resource, "name"),
	        .type = row_any(resource, COLUMNS("nativeType", "type")),
	        .platform = json_view_text_or(resource, "/subscription/cloudProvider", ""),
	        .region = row_text(resource, "region"),
	        .subscription = json_view_text_or(resource, "/subscription/externalId", ""),
	};
}

static int configuration_parse(const struct parse_input *in, struct parse_output *out,
                               struct error *err)
{
	struct json_view v = in->record, rule = json_view_at(v, "rule");
	const char *id = row_text(v, "id");
	struct wiz_entity entity = entity_of_target(v, out->arena);
	struct finding *f;

	if (wiz_check_page(in->envelope, err) < 0)
		return err->code;
	if (id[0] == '\0' || row_text(rule, "id")[0] == '\0')
		return error_set(err, ERR_INVALID, "id or rule.id is missing");
	f = add_finding(out, id);
	f->rule = row_text(rule, "id");
	f->class = CLASS_MISCONFIGURATION;
	f->title = row_any(rule, COLUMNS("name", "shortId"));
	f->description = row_text(rule, "description");
	f->remediation = row_text(v, "remediation");
	if (f->remediation[0] == '\0')
		f->remediation = row_text(rule, "remediationInstructions");
	f->state = configuration_state(v);
	f->status_raw =
	        ARENA_JOIN(out->arena, row_text(v, "result"), " ", row_text(v, "status"));
	set_severity(f, row_text(v, "severity"));
	f->first_seen = row_time(row_text(v, "firstSeenAt"));
	f->last_seen = row_time(row_text(v, "analyzedAt"));
	f->source_updated_at = f->last_seen;
	if (f->state == FINDING_RESOLVED)
		f->resolved_at = row_time(row_text(v, "resolvedAt"));
	wiz_set_controls(f, json_view_at(v, "securitySubCategories"), out->arena);
	if (wiz_set_resource(f, &entity, out->arena, err) < 0)
		return error_wrap(err, "finding %.40s", id);
	return 0;
}

/* Vulnerability findings of the CSV. */

static bool vulnerability_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return row_has_all(record, COLUMNS("ID", "WizURL", "Name", "FindingStatus",
	                                   "FirstDetected", "AssetID"));
}

static void set_vulnerability(struct finding *f, struct json_view row, struct arena *a)
{
	f->class = CLASS_VULNERABILITY;
	f->rule = f->cve;
	f->title = f->cve;
	f->package = row_text(row, "DetailedName");
	if (f->package[0] != '\0')
		f->title = ARENA_JOIN(a, f->cve, " in ", f->package);
	f->package_version = row_text(row, "Version");
	f->fixed_version = row_text(row, "FixedVersion");
	f->description = row_any(row, COLUMNS("Description", "CVEDescription"));
	f->remediation = row_text(row, "Remediation");
	f->remediation_url = row_text(row, "Link");
	if (row_says_yes(row_text(row, "HasCisaKevExploit")))
		f->maturity = MATURITY_ACTIVE;
	else if (row_says_yes(row_text(row, "HasExploit")))
		f->maturity = MATURITY_POC;
}

static int vulnerability_parse(const struct parse_input *in, struct parse_output *out,
                               struct error *err)
{
	struct json_view row = in->record;
	const char *id = row_text(row, "ID"),
	           *resolution = row_text(row, "ResolutionReason");
	const struct wiz_entity entity = {
	        .ids = {row_text(row, "ProviderUniqueId")},
	        .portal = row_text(row, "CloudProviderURL"),
	        .vertex_id = row_text(row, "AssetID"),
	        .name = row_text(row, "AssetName"),
	        .type = row_any(row, COLUMNS("AssetType", "AssetNativeType")),
	        .platform = row_text(row, "CloudPlatform"),
	        .region = row_text(row, "AssetRegion"),
	        .subscription = row_text(row, "SubscriptionExternalId"),
	};
	struct finding *f;

	if (id[0] == '\0' || row_text(row, "Name")[0] == '\0')
		return error_set(err, ERR_INVALID, "ID or Name is missing");
	f = add_finding(out, id);
	f->cve = row_text(row, "Name");
	set_vulnerability(f, row, out->arena);
	f->status_raw = row_text(row, "FindingStatus");
	f->state = wiz_state(f->status_raw);
	if (resolution[0] != '\0')
		f->status_raw = ARENA_JOIN(out->arena, f->status_raw, " ", resolution);
	set_severity(f,
	             row_any(row, COLUMNS("CVSSSeverity", "VendorSeverity", "Severity")));
	f->first_seen = row_time(row_text(row, "FirstDetected"));
	f->last_seen = row_time(row_text(row, "LastDetected"));
	f->source_updated_at = f->last_seen;
	if (f->state == FINDING_RESOLVED)
		f->resolved_at = row_time(row_text(row, "ResolvedAt"));
	if (wiz_set_resource(f, &entity, out->arena, err) < 0)
		return error_wrap(err, "finding %.40s", id);
	return 0;
}

/* The formats. */

static const char *const no_paths[] = {NULL};
static const char *const page_errors[] = {"errors", NULL};
static const char *const last_detected[] = {"LastDetected", NULL};

const struct format wiz_issues = {
        .name = "wiz-issues",
        .record_paths = issue_paths,
        .envelope_fields = page_errors,
        .detect = issue_detect,
        .parse = issue_parse,
};

const struct format wiz_configuration_findings = {
        .name = "wiz-configuration-findings",
        .record_paths = configuration_paths,
        .envelope_fields = page_errors,
        .detect = configuration_detect,
        .parse = configuration_parse,
};

const struct format wiz_issues_csv = {
        .name = "wiz-issues-csv",
        .record_paths = no_paths,
        .detect = issue_csv_detect,
        .parse = issue_csv_parse,
};

const struct format wiz_vulnerabilities_csv = {
        .name = "wiz-vulnerabilities-csv",
        .record_paths = no_paths,
        .volatile_keys = last_detected,
        .detect = vulnerability_detect,
        .parse = vulnerability_parse,
};
