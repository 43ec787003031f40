/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings in the form that DefectDojo's "Generic Findings Import" takes, and that
 * scripts write for lack of a better one: {"findings": [{title, severity, …}]}, or a
 * CSV of the same.
 *
 * Source: DefectDojo documentation, "Generic Findings Import".
 */
#include "generic.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dojo_finding.h"
#include "table_row.h"

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* JSON. */

static const char *const members[] = {
        "title",
        "severity",
        "description",
        "date",
        "cwe",
        "cwes",
        "cve",
        "vulnerability_ids",
        "epss_score",
        "epss_percentile",
        "cvssv3",
        "cvssv3_score",
        "cvssv4",
        "cvssv4_score",
        "mitigation",
        "impact",
        "steps_to_reproduce",
        "severity_justification",
        "references",
        "active",
        "verified",
        "duplicate",
        "false_p",
        "out_of_scope",
        "risk_accepted",
        "under_review",
        "is_mitigated",
        "mitigated",
        "thread_id",
        "numerical_severity",
        "param",
        "payload",
        "line",
        "file_path",
        "component_name",
        "component_version",
        "static_finding",
        "dynamic_finding",
        "scanner_confidence",
        "unique_id_from_tool",
        "vuln_id_from_tool",
        "sast_source_object",
        "sast_sink_object",
        "sast_source_line",
        "sast_source_file_path",
        "nb_occurences",
        "publish_date",
        "service",
        "planned_remediation_date",
        "planned_remediation_version",
        "effort_for_fixing",
        "tags",
        "endpoints",
        "files",
        "kev_date",
        "known_exploited",
        "ransomware_used",
        "fix_available",
        "fix_version",
};

static bool is_member(const char *key)
{
	for (size_t i = 0; i < N_ELEMENTS(members); i++)
		if (strcmp(key, members[i]) == 0)
			return true;
	return false;
}

/* Other tools' findings have ids, and keys in other cases ("findingArn"). */
static bool is_foreign(const char *key)
{
	static const char *const others[] = {"id",     "arn",      "resource", "resources",
	                                     "status", "check_id", "rule_id",  "found_by"};

	for (size_t i = 0; i < N_ELEMENTS(others); i++)
		if (strcmp(key, others[i]) == 0)
			return true;
	for (; *key != '\0'; key++)
		if (!islower((unsigned char)*key) && !isdigit((unsigned char)*key) &&
		    *key != '_')
			return true;
	return false;
}

static bool json_detect(struct json_view envelope, struct json_view record)
{
	struct json_items it = {0};
	struct error ignored;

	if (!json_view_is_array(json_view_at(envelope, "findings")) ||
	    !json_view_is_text(json_view_at(record, "title")) ||
	    !json_view_is_text(json_view_at(record, "severity")) ||
	    !json_view_is_text(json_view_at(record, "description")) ||
	    json_view_get_items(record, "", &it, &ignored) < 0)
		return false;
	while (json_items_next(&it))
		if (is_foreign(it.key))
			return false;
	return true;
}

/* "trivy" of {"type": "Trivy Scan"} */
static const char *engine_of(struct json_view envelope, struct arena *a)
{
	static const char suffix[] = " scan";
	const char *name = row_any(envelope, COLUMNS("type", "name"));
	char *engine;
	size_t size;

	if (name[0] == '\0' || strcasecmp(name, "Generic Findings Import") == 0)
		return "generic";
	engine = arena_strdup(a, name);
	for (char *c = engine; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	size = strlen(engine);
	if (size > strlen(suffix) && strcmp(engine + size - strlen(suffix), suffix) == 0)
		engine[size - strlen(suffix)] = '\0';
	return engine;
}

static int check_members(struct json_view v, struct error *err)
{
	struct json_items it = {0};

	/* The elements of an array have no keys. */
	if (!json_view_is_object(v))
		return error_set(err, ERR_INVALID, "a finding is not an object");
	if (json_view_get_items(v, "", &it, err) < 0)
		return err->code;
	while (json_items_next(&it))
		if (!is_member(it.key))
			return error_set(err, ERR_INVALID,
			                 "\"%.60s\" is no member of a generic finding",
			                 it.key);
	for (size_t i = 0; i < 3; i++)
		if (!json_view_is_text(json_view_at(v, members[i])))
			return error_set(err, ERR_INVALID, "%s is missing", members[i]);
	return 0;
}

static int json_parse(const struct parse_input *in, struct parse_output *out,
                      struct error *err)
{
	struct json_view v = in->record;
	struct json_items it = {0};
	struct dojo_finding d;

	if (check_members(v, err) < 0 || json_view_opt_items(v, "endpoints", &it, err) < 0)
		return err->code;
	dojo_finding_init(&d);
	dojo_read(&d, v, out->arena);
	d.connector = "generic";
	d.engine = engine_of(in->envelope, out->arena);
	d.account = row_any(in->envelope, COLUMNS("name", "type"));
	if (d.account[0] == '\0')
		d.account = "generic";
	d.native_id = row_text(v, "unique_id_from_tool");
	while (it.n > 0 && json_items_next(&it))
		dojo_add_endpoint(&d, dojo_endpoint_text(it.value, out->arena));
	return dojo_add(&d, out, err);
}

/* CSV. */

/* Asked last of all: two columns that DefectDojo names beside those that many have. */
static bool csv_detect(struct json_view envelope, struct json_view record)
{
	static const char *const columns[] = {
	        "Date",        "CweId",  "CVE",           "Url",        "Mitigation",
	        "References",  "Active", "Verified",      "Duplicate",  "Impact",
	        "IsMitigated", "CVSSV3", "FalsePositive", "Description"};
	size_t n = 0;

	(void)envelope;
	if (!row_has_all(record, COLUMNS("Title", "Severity")))
		return false;
	for (size_t i = 0; i < N_ELEMENTS(columns); i++)
		n += json_view_exists(json_view_at(record, columns[i]));
	return n >= 2;
}

static bool column_says(struct json_view row, const char *column, bool fallback)
{
	const char *cell = row_text(row, column);

	return row_is_blank(cell) ? fallback : row_says_yes(cell);
}

static void read_column_scores(struct dojo_finding *d, struct json_view row,
                               struct arena *a)
{
	struct error ignored;
	int64_t epss = -1;
	int score = row_score(row_text(row, "CVSSV4_score"));

	d->cvss_vector = row_vector(row_text(row, "CVSSV4"), a);
	if (score <= 0) {
		score = row_score(row_text(row, "CVSSV3_score"));
		d->cvss_vector = row_vector(row_any(row, COLUMNS("CVSSV3", "CVSSV4")), a);
	}
	if (score > 0)
		d->cvss = score;
	if (json_view_opt_scaled(row, "epss_score", 100000, &epss, &ignored) == 0 &&
	    epss >= 1 && epss <= 100000)
		d->epss = (int)epss;
}

static void read_row(struct dojo_finding *d, struct json_view row, struct arena *a)
{
	const char *cwe = row_any(row, COLUMNS("CweId", "CweIds"));

	d->connector = "generic";
	d->engine = "generic";
	d->account = "generic";
	d->native_id = row_any(row, COLUMNS("unique_id_from_tool"));
	d->rule = row_any(row, COLUMNS("vuln_id_from_tool"));
	d->title = row_text(row, "Title");
	d->description = row_text(row, "Description");
	d->impact = row_any(row, COLUMNS("Impact"));
	d->mitigation = row_any(row, COLUMNS("Mitigation"));
	d->references = row_any(row, COLUMNS("References"));
	d->severity = row_text(row, "Severity");
	d->component = row_any(row, COLUMNS("component_name", "ComponentName"));
	d->component_version =
	        row_any(row, COLUMNS("component_version", "ComponentVersion"));
	d->fixed_version = row_any(row, COLUMNS("fix_version"));
	d->file = row_any(row, COLUMNS("file_path", "FilePath"));
	d->date = row_text(row, "Date");
	d->mitigated_at = row_any(row, COLUMNS("MitigatedDate"));
	d->active = column_says(row, "Active", true);
	d->duplicate = column_says(row, "Duplicate", false);
	d->false_positive = column_says(row, "FalsePositive", false);
	d->risk_accepted = column_says(row, "RiskAccepted", false);
	d->mitigated = column_says(row, "IsMitigated", false) || d->mitigated_at[0] != '\0';
	d->known_exploited = column_says(row, "known_exploited", false);
	d->ransomware = column_says(row, "ransomware_used", false);
	d->has_weakness = cwe[0] != '\0' && strcmp(cwe, "0") != 0;
	read_column_scores(d, row, a);
	dojo_add_advisories(d, row_any(row, COLUMNS("CVE")), a);
	dojo_add_advisories(d, row_any(row, COLUMNS("Vulnerability Id")), a);
	dojo_add_endpoint(d, row_any(row, COLUMNS("Url", "Endpoint")));
}

static int csv_parse(const struct parse_input *in, struct parse_output *out,
                     struct error *err)
{
	struct dojo_finding d;

	dojo_finding_init(&d);
	read_row(&d, in->record, out->arena);
	return dojo_add(&d, out, err);
}

const struct format generic_json = {
        .name = "generic-json",
        .record_paths = (const char *const[]){"findings", NULL},
        .envelope_fields = (const char *const[]){"type", "name", NULL},
        .detect = json_detect,
        .parse = json_parse,
};

const struct format generic_csv = {
        .name = "generic-csv",
        .record_paths = (const char *const[]){NULL},
        .detect = csv_detect,
        .parse = csv_parse,
};
