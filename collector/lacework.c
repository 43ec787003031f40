/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of Lacework (FortiCNAPP): what its API and command line list, and what its
 * channels send.  An alert names its resources in its words only, so that its asset
 * is the AWS account that it names, or else the Lacework tenant.
 *
 * Source: Lacework API v2, Alerts.
 */
#include "lacework.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "view_time.h"

static struct json_view unwrap(struct json_view record)
{
	struct json_view data = json_view_at(record, "data");

	return json_view_is_object(data) ? data : record;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	struct json_view v = unwrap(record);

	(void)envelope;
	return json_view_exists(json_view_at(v, "alertId")) &&
	       json_view_is_text(json_view_at(v, "alertType")) &&
	       json_view_is_text(json_view_at(v, "alertName")) &&
	       json_view_is_object(json_view_at(v, "alertInfo"));
}

/* First match wins: of the category or the sub-category, then of the type. */
static enum finding_class class_of(struct json_view v)
{
	static const struct {
		const char *at, *value;
		enum finding_class class;
	} rules[] = {
	        {"/derivedFields/sub_category", "Compliance", CLASS_MISCONFIGURATION},
	        {"/derivedFields/sub_category", "Vulnerability", CLASS_VULNERABILITY},
	        {"/derivedFields/sub_category", "Container Vulnerability",
	         CLASS_VULNERABILITY},
	        {"/derivedFields/sub_category", "Host Vulnerability", CLASS_VULNERABILITY},
	        {"/derivedFields/category", "Platform", CLASS_OTHER},
	        {"/derivedFields/category", "Anomaly", CLASS_THREAT},
	        {"/derivedFields/category", "Composite", CLASS_THREAT},
	        {"/derivedFields/category", "Policy", CLASS_THREAT},
	        {"alertType", "NewViolations", CLASS_MISCONFIGURATION},
	        {"alertType", "ComplianceChanged", CLASS_MISCONFIGURATION},
	};

	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if (strcasecmp(json_view_text_or(v, rules[i].at, ""), rules[i].value) == 0)
			return rules[i].class;
	}
	return CLASS_OTHER;
}

/* A label, or 1 (critical) to 5 (info). */
static void fill_severity(struct finding *f, struct json_view v, struct arena *a)
{
	static const char *const levels[] = {"critical", "high", "medium", "low", "info"};
	int64_t level = 0;

	f->severity_raw = json_view_text_or(v, "severity", "");
	if (json_view_int(json_view_at(v, "severity"), &level))
		f->severity_raw = arena_printf(a, "%lld", (long long)level);
	else if (f->severity_raw[0] >= '1' && f->severity_raw[0] <= '5' &&
	         f->severity_raw[1] == '\0')
		level = f->severity_raw[0] - '0';
	f->sev100 = severity_of_label(level >= 1 && level <= 5 ? levels[level - 1]
	                                                       : f->severity_raw);
}

static void fill_state(struct finding *f, struct json_view v)
{
	f->status_raw = json_view_text_or(v, "status", "");
	if (f->status_raw[0] == '\0' || strcasecmp(f->status_raw, "Open") == 0 ||
	    strcasecmp(f->status_raw, "In progress") == 0)
		f->state = FINDING_OPEN;
	else
		f->state = strcasecmp(f->status_raw, "Closed") == 0 ? FINDING_RESOLVED
		                                                    : FINDING_UNKNOWN;
}

/* "For account: 012345678901 (example)": twelve digits are an account of AWS. */
static const char *account_in(const char *text, struct arena *a)
{
	static const char mark[] = "account: ";
	const char *at = strstr(text, mark);

	if (at == NULL)
		return "";
	at += strlen(mark);
	return strspn(at, "0123456789") == 12 ? arena_strndup(a, at, 12) : "";
}

static void fill_resource(struct finding *f, struct json_view v, struct arena *a)
{
	const char *account = account_in(f->description, a);

	if (account[0] == '\0')
		account = account_in(json_view_text_or(v, "/alertInfo/subject", ""), a);
	if (account[0] != '\0') {
		f->resource.provider = PROVIDER_AWS;
		f->resource.account = account;
	} else {
		f->resource.type = "lacework.tenant";
		f->resource.raw = "lacework";
	}
	f->scope = account[0] != '\0' ? account : "lacework";
}

static const char *id_of(struct json_view v, struct arena *a)
{
	int64_t number = 0;

	if (json_view_int(json_view_at(v, "alertId"), &number))
		return arena_printf(a, "%lld", (long long)number);
	return json_view_text_or(v, "alertId", "");
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view v = unwrap(in->record);
	const char *id = id_of(v, out->arena);
	const char *rule = json_view_text_or(v, "policyId", "");
	struct finding *f;

	if (id[0] == '\0')
		return error_set(err, ERR_INVALID, "\"alertId\" is missing");
	if (rule[0] == '\0')
		rule = json_view_text_or(v, "alertType", "");
	if (rule[0] == '\0')
		return error_set(err, ERR_INVALID, "neither policyId nor alertType");
	f = parse_add_finding(out);
	f->connector = "lacework";
	f->engine = "lacework";
	f->native_id = id;
	f->rule = rule;
	f->class = class_of(v);
	f->title = json_view_text_or(v, "alertName", "");
	f->description = json_view_text_or(v, "/alertInfo/description", "");
	f->first_seen = view_time(v, "startTime");
	f->last_seen = view_time(v, "endTime");
	f->source_updated_at = view_time(v, "lastUserUpdatedTime");
	if (f->source_updated_at == TIMESTAMP_NONE)
		f->source_updated_at = f->last_seen;
	fill_severity(f, v, out->arena);
	fill_state(f, v);
	fill_resource(f, v, out->arena);
	return 0;
}

const struct format lacework = {
        .name = "lacework",
        .record_paths = (const char *const[]){"data", NULL},
        .volatile_keys = (const char *const[]){"endTime", "lastUserUpdatedTime", NULL},
        .detect = detect,
        .parse = parse,
};
