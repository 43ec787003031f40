/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of Orca Security as its console exports them: a list of objects, or a CSV
 * whose columns are the paths of the same ("CloudAccount.Name").  An alert has no
 * id there: what it says, of what, in which account is who it is.
 *
 * Source: Orca documentation, "Exporting alerts", "Orca score".
 */
#include "orca.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "table_row.h"

/* Never read; on the stack it would be zeroed for every record. */
static struct error ignored;

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_exists(json_view_at(record, "OrcaScore")) &&
	       json_view_is_text(json_view_at(record, "Title")) &&
	       json_view_exists(json_view_at(record, "Source")) &&
	       (json_view_exists(json_view_at(record, "CloudAccount.Name")) ||
	        json_view_is_object(json_view_at(record, "CloudAccount")));
}

/* A member of a member, by its column or by its path. */
static const char *nested(struct json_view v, const char *column, const char *pointer)
{
	const char *text = row_text(v, column);

	return text[0] != '\0' ? text : json_view_text_or(v, pointer, "");
}

static enum finding_state state_of(const char *status)
{
	static const struct {
		const char *name;
		enum finding_state state;
	} rows[] = {
	        {"open", FINDING_OPEN},
	        {"in_progress", FINDING_OPEN},
	        {"in progress", FINDING_OPEN},
	        {"closed", FINDING_RESOLVED},
	        {"dismissed", FINDING_SUPPRESSED},
	        {"snoozed", FINDING_SUPPRESSED},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcasecmp(status, rows[i].name) == 0)
			return rows[i].state;
	return FINDING_UNKNOWN;
}

static enum finding_class class_of(const char *category)
{
	static const struct {
		const char *name;
		enum finding_class class;
	} rows[] = {
	        {"Authentication", CLASS_IDENTITY},
	        {"Best practices", CLASS_MISCONFIGURATION},
	        {"Data at risk", CLASS_EXPOSURE},
	        {"Data protection", CLASS_MISCONFIGURATION},
	        {"IAM misconfigurations", CLASS_IDENTITY},
	        {"Lateral movement", CLASS_EXPOSURE},
	        {"Logging and monitoring", CLASS_MISCONFIGURATION},
	        {"Malicious activity", CLASS_THREAT},
	        {"Malware", CLASS_THREAT},
	        {"Neglected assets", CLASS_MISCONFIGURATION},
	        {"Network misconfigurations", CLASS_MISCONFIGURATION},
	        {"Suspicious activity", CLASS_THREAT},
	        {"System integrity", CLASS_MISCONFIGURATION},
	        {"Vulnerabilities", CLASS_VULNERABILITY},
	        {"Workload misconfigurations", CLASS_MISCONFIGURATION},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcasecmp(category, rows[i].name) == 0)
			return rows[i].class;
	return CLASS_OTHER;
}

/* 0 to 10 in tenths, a number or the text of one. */
static void set_severity(struct finding *f, struct json_view v, struct arena *a)
{
	int64_t tenths = -1;

	if (json_view_opt_scaled(v, "OrcaScore", 10, &tenths, &ignored) < 0 || tenths < 0 ||
	    tenths > 100)
		return;
	f->sev100 = (int)tenths;
	f->severity_raw = arena_printf(a, "%d.%d", f->sev100 / 10, f->sev100 % 10);
}

/* A name alone is one in its account: "root" is everywhere. */
static void set_resource(struct finding *f, const char *source, const char *account,
                         const char *name, struct arena *a)
{
	struct resource by_form = {.raw = source};

	resource_canonicalize(&by_form, a);
	f->resource.account = account;
	f->resource.name = name[0] != '\0' ? name : source;
	f->resource.raw = source;
	if (by_form.provider == PROVIDER_NONE && source[0] != '\0' &&
	    strstr(source, "://") == NULL)
		f->resource.raw = ARENA_JOIN(a, "orca:", account, "/", source);
	f->scope = account;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view v = in->record;
	const char *title = row_text(v, "Title"), *source = row_text(v, "Source");
	const char *account = nested(v, "CloudAccount.Name", "/CloudAccount/Name");
	const char *name = nested(v, "Inventory.Name", "/Inventory/Name");
	struct row_ids cves = row_cves(title, out->arena);
	struct finding *f;

	if (title[0] == '\0')
		return error_set(err, ERR_INVALID, "Title is missing");
	if (source[0] == '\0')
		source = name;
	if (source[0] == '\0' && account[0] == '\0')
		return error_set(err, ERR_INVALID, "Source and CloudAccount are missing");
	f = parse_add_finding(out);
	f->connector = "orca";
	f->engine = "orca";
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->native_id = ARENA_JOIN(out->arena, title, "|", source, "|", account);
	f->rule = title;
	f->title = title;
	f->cve = cves.n == 1 ? cves.ids[0] : "";
	f->class = class_of(row_text(v, "Category"));
	f->description = row_any(v, (const char *const[]){"Description", "Details", NULL});
	f->remediation = row_text(v, "Recommendation");
	f->status_raw = row_text(v, "Status");
	f->state = state_of(f->status_raw);
	set_severity(f, v, out->arena);
	f->first_seen = row_time(row_text(v, "CreatedAt"));
	f->last_seen = row_time(row_text(v, "LastSeen"));
	f->source_updated_at = f->last_seen;
	set_resource(f, source, account, name, out->arena);
	return 0;
}

static const char *const volatile_keys[] = {"LastSeen", NULL};

const struct format orca_alerts = {
        .name = "orca-alerts",
        .record_paths = (const char *const[]){NULL},
        .volatile_keys = volatile_keys,
        .detect = detect,
        .parse = parse,
};
