/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semgrep's JSON report.  It is one record: a list under a name as common as
 * "results" would be cut out of other tools' files, too.  It says neither which
 * repository nor which commit was read.
 *
 * Source: semgrep-interfaces, semgrep_output_v1; Semgrep's documentation, "JSON and
 * SARIF fields".
 */
#include "semgrep.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

static bool is_result(struct json_view v)
{
	return json_view_is_text(json_view_at(v, "check_id")) &&
	       json_view_is_text(json_view_at(v, "path")) &&
	       json_view_is_object(json_view_at(v, "start")) &&
	       json_view_is_object(json_view_at(v, "extra"));
}

/* An empty report is told by the lists beside that of its results. */
static bool is_report(struct json_view v)
{
	struct json_view results = json_view_at(v, "results");

	if (!json_view_is_array(results))
		return false;
	if (json_view_array_size(results) > 0)
		return is_result(json_view_at(results, "/0"));
	return json_view_is_array(json_view_at(v, "errors")) &&
	       json_view_is_array(json_view_at(v, "/paths/scanned"));
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_report(record) || is_result(record);
}

static int severity_of(const char *label)
{
	/* The lowest of the older three, not "informational". */
	if (strcasecmp(label, "INFO") == 0)
		return severity_of_label("low");
	return severity_of_label(label);
}

/* A secret's rule says so in its class, in its id, or by being validated. */
static enum finding_class class_of(struct json_view extra, const char *rule)
{
	const char *category = json_view_text_or(extra, "/metadata/category", "");

	if (json_view_is_text(json_view_at(extra, "validation_state")) &&
	    strcmp(json_view_text_or(extra, "validation_state", ""), "NO_VALIDATOR") != 0)
		return CLASS_SECRET;
	if (strstr(rule, ".secrets.") != NULL)
		return CLASS_SECRET;
	return strcasecmp(category, "security") == 0 ? CLASS_VULNERABILITY : CLASS_OTHER;
}

static int64_t number_at(struct json_view v, const char *at)
{
	int64_t number = 0;

	(void)json_view_int(json_view_at(v, at), &number);
	return number;
}

/* Supply chain findings are about a dependency with a known flaw. */
static void fill_dependency(struct finding *f, struct json_view extra)
{
	struct json_view found =
	        json_view_at(extra, "/sca_info/dependency_match/found_dependency");
	const char *id =
	        json_view_text_or(extra, "/metadata/sca-vuln-database-identifier", "");

	if (strncmp(id, "CVE-", 4) != 0 && strncmp(id, "GHSA-", 5) != 0)
		return;
	f->class = CLASS_VULNERABILITY;
	f->cve = id;
	f->rule = id;
	f->location = "";
	f->package = json_view_text_or(found, "package", "");
	f->package_version = json_view_text_or(found, "version", "");
}

static int add_result(struct json_view v, struct parse_output *out, struct error *err)
{
	struct json_view extra = json_view_at(v, "extra");
	bool ignored_here = false;
	struct finding *f;

	if (!is_result(v))
		return error_set(err, ERR_INVALID,
		                 "a result without check_id, path or extra");
	f = parse_add_finding(out);
	f->connector = "semgrep";
	f->engine = "semgrep";
	f->rule = json_view_text_or(v, "check_id", "");
	f->class = class_of(extra, f->rule);
	f->title = f->rule;
	f->description = json_view_text_or(extra, "message", "");
	f->remediation_url = json_view_text_or(extra, "/metadata/source", "");
	f->severity_raw = json_view_text_or(extra, "severity", "");
	f->sev100 = severity_of(f->severity_raw);
	f->location = json_view_text_or(v, "path", "");
	f->resource.type = "filesystem";
	f->resource.raw = ".";
	f->scope = ".";
	f->native_id = arena_printf(out->arena, "%s|%s|%lld:%lld", f->rule, f->location,
	                            (long long)number_at(v, "/start/line"),
	                            (long long)number_at(v, "/start/col"));
	(void)json_view_bool(json_view_at(extra, "is_ignored"), &ignored_here);
	f->state = ignored_here ? FINDING_SUPPRESSED : FINDING_OPEN;
	f->status_raw = ignored_here ? "ignored" : "";
	fill_dependency(f, extra);
	return 0;
}

/*
 * Errors by which Semgrep itself takes a scan for failed (is_scan_failure() of its
 * semgrep/error.py), as versions write them.  Code that cannot be parsed in full is in
 * nearly every report, and is none of them.
 */
static bool is_failure(const char *type)
{
	static const char *const types[] = {"Timeout",
	                                    "Out of memory",
	                                    "OutOfMemory",
	                                    "Stack overflow",
	                                    "StackOverflow",
	                                    "Fixpoint timeout",
	                                    "FixpointTimeout",
	                                    "Timeout during interfile analysis",
	                                    "TimeoutDuringInterfile",
	                                    "OOM during interfile analysis",
	                                    "OutOfMemoryDuringInterfile",
	                                    "Fatal error",
	                                    "FatalError"};

	for (size_t i = 0; i < N_ELEMENTS(types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* What a scan that gave up does not list may well be there: it is not whole. */
static void add_failures(struct json_view report, struct parse_output *out)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(report, "errors", &it, &ignored) < 0)
		return;
	while (json_items_next(&it)) {
		const char *type = json_view_text_or(it.value, "type", "");

		if (is_failure(type))
			parse_add_problem(
			        out, it.value,
			        arena_printf(
			                out->arena, "%s: %.200s was not looked at in full",
			                type,
			                json_view_text_or(it.value, "path", "a file")));
	}
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_items it = {0};

	if (is_result(in->record))
		return add_result(in->record, out, err);
	if (json_view_get_items(in->record, "results", &it, err) != 0)
		return err->code;
	while (json_items_next(&it)) {
		struct error why;

		if (add_result(it.value, out, &why) < 0)
			parse_add_problem(out, it.value, why.text);
	}
	add_failures(in->record, out);
	parse_add_scope(out, "semgrep", ".");
	return 0;
}

/* The code that matched, in each form: it holds the secret where one was found. */
static const char *const secret_keys[] = {
        "lines",   "abstract_content", "svalue_abstract_content",
        "content", "taint_source",     "taint_sink",
        "fix",     "fixed_lines",      NULL};

const struct format semgrep = {
        .name = "semgrep",
        .record_paths = (const char *const[]){NULL},
        .holds_many = true,
        .secret_keys = secret_keys,
        .detect = detect,
        .parse = parse,
};
