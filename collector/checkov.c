/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of Checkov.  A record is the report on one kind of files: lists of passed,
 * failed and skipped checks, each about a resource in a file.  Nothing of it is about
 * what runs in a cloud, and the repository is not named.
 *
 * Source: checkov/common/output/report.py and record.py; docs/8.Outputs.
 */
#include "checkov.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "text_part.h"

enum {
	MAX_CONTROLS = 200
};

struct report {
	struct arena *arena;
	const char *check_type; /* "terraform", "kubernetes", "secrets", "sca_package" */
};

static const struct {
	const char *list;
	enum finding_state state;
} lists[] = {
        {"failed_checks", FINDING_OPEN},
        {"passed_checks", FINDING_PASSING},
        {"skipped_checks", FINDING_SUPPRESSED}, /* by a comment in the file */
};

static bool is_report(struct json_view v)
{
	struct json_view results = json_view_at(v, "results");

	return json_view_is_text(json_view_at(v, "check_type")) &&
	       (json_view_is_array(json_view_at(results, "failed_checks")) ||
	        json_view_is_array(json_view_at(results, "passed_checks")));
}

/* What is written when no file was of a kind that it knows. */
static bool is_empty_report(struct json_view v)
{
	int64_t n;

	return json_view_is_text(json_view_at(v, "checkov_version")) &&
	       json_view_int(json_view_at(v, "passed"), &n) &&
	       json_view_int(json_view_at(v, "failed"), &n);
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_report(record) || is_empty_report(record);
}

static const char *first_text(struct json_view v, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *text = json_view_text_or(v, keys[i], "");

		if (text[0] != '\0')
			return text;
	}
	return "";
}

/* The path in the repository, where the scanner ran at its root. */
static const char *file_of(struct json_view v)
{
	static const char *const keys[] = {"repo_file_path", "file_path", "file_abs_path"};
	const char *file = first_text(v, keys, N_ELEMENTS(keys));

	return file + strspn(file, "/");
}

/* {"CIS GCP V1.1": [{"name": "5.2", "description": "…"}]} */
static void fill_controls(struct finding *f, struct json_view benchmarks, struct arena *a)
{
	struct json_items it = {0}, names = {0};
	struct control_ref *refs;
	struct error ignored;
	size_t n = 0;

	if (!json_view_is_object(benchmarks) ||
	    json_view_opt_items(benchmarks, "", &it, &ignored) < 0 || it.n == 0)
		return;
	refs = ARENA_ARRAY(a, struct control_ref, MAX_CONTROLS);
	while (json_items_next(&it)) {
		if (json_view_opt_items(it.value, "", &names, &ignored) < 0)
			continue;
		while (n < MAX_CONTROLS && json_items_next(&names)) {
			const char *name = json_view_text_or(names.value, "name", "");

			if (name[0] != '\0')
				refs[n++] = (struct control_ref){it.key, name};
		}
	}
	f->controls = n > 0 ? refs : NULL;
	f->n_controls = n;
}

/* Kinds of checks. */

static void fill_misconfiguration(struct finding *f, const struct report *r,
                                  struct json_view v, const char *file)
{
	static const char *const keys[] = {"resource_address", "resource"};
	const char *address = first_text(v, keys, N_ELEMENTS(keys));
	const char *caller = json_view_text_or(v, "caller_file_path", "");

	f->class = CLASS_MISCONFIGURATION;
	f->resource.type = ARENA_JOIN(r->arena, "code.", r->check_type);
	f->resource.name = address;
	f->resource.raw =
	        ARENA_JOIN(r->arena, file, address[0] != '\0' ? ":" : "", address);
	/* One module is used by several files: each use is a place of its own. */
	f->location = caller;
	f->native_id = ARENA_JOIN(r->arena, f->rule, "|", f->resource.raw,
	                          caller[0] != '\0' ? "|" : "", caller);
}

/* The resource is a hash of the secret; the code is not read. */
static void fill_secret(struct finding *f, const struct report *r, struct json_view v,
                        const char *file)
{
	int64_t line = 0;
	const char *hash = json_view_text_or(v, "resource", "");

	(void)json_view_int(json_view_at(v, "/file_line_range/0"), &line);
	f->class = CLASS_SECRET;
	f->resource.type = "code.file";
	f->resource.raw = file;
	f->location = arena_printf(r->arena, "%s:%lld", file, (long long)line);
	f->native_id = ARENA_JOIN(r->arena, f->rule, "|", file, "|", hash);
}

static void fill_cvss(struct finding *f, struct json_view details)
{
	int64_t sev100 = 0;
	struct error ignored;

	if (json_view_opt_scaled(details, "cvss", 10, &sev100, &ignored) < 0 ||
	    sev100 <= 0 || sev100 > 100)
		return;
	f->sev100 = (int)sev100;
	f->cvss_vector = json_view_text_or(details, "vector", "");
}

static void fill_vulnerability(struct finding *f, const struct report *r,
                               struct json_view details, const char *file)
{
	static const char *const fixed[] = {"lowest_fixed_version", "fix_version"};
	const char *id = json_view_text_or(details, "id", "");

	f->class = CLASS_VULNERABILITY;
	f->cve = id;
	f->rule = id;
	f->resource.type = "code.file";
	f->resource.raw = file;
	f->package = json_view_text_or(details, "package_name", "");
	f->package_version = json_view_text_or(details, "package_version", "");
	f->fixed_version = first_text(details, fixed, N_ELEMENTS(fixed));
	f->title = ARENA_JOIN(r->arena, id, " in ", f->package);
	f->description = json_view_text_or(details, "description", f->description);
	f->remediation_url = json_view_text_or(details, "link", f->remediation_url);
	if (f->sev100 == SEV100_UNKNOWN) {
		f->severity_raw = json_view_text_or(details, "severity", "");
		f->sev100 = severity_of_label(f->severity_raw);
	}
	fill_cvss(f, details);
	f->native_id = ARENA_JOIN(r->arena, id, "|", file, "|", f->package, "|",
	                          f->package_version);
}

static void fill_license(struct finding *f, const struct report *r,
                         struct json_view details, const char *file)
{
	f->class = CLASS_LICENSE;
	f->resource.type = "code.file";
	f->resource.raw = file;
	f->package = json_view_text_or(details, "package_name", "");
	f->package_version = json_view_text_or(details, "package_version", "");
	f->location = f->package;
	f->native_id = ARENA_JOIN(r->arena, f->rule, "|", file, "|", f->package, "|",
	                          json_view_text_or(details, "license", ""));
}

static void fill_kind(struct finding *f, const struct report *r, struct json_view v,
                      const char *file)
{
	struct json_view details = json_view_at(v, "vulnerability_details");

	if (strcmp(r->check_type, "secrets") == 0)
		fill_secret(f, r, v, file);
	else if (json_view_exists(json_view_at(details, "id")))
		fill_vulnerability(f, r, details, file);
	else if (json_view_exists(json_view_at(details, "license")) ||
	         text_begins(f->rule, "BC_LIC"))
		fill_license(f, r, details, file);
	else
		fill_misconfiguration(f, r, v, file);
}

/* One check. */

static int add_check(const struct report *r, size_t list, struct json_view v,
                     struct parse_output *out, struct error *err)
{
	static const char *const texts[] = {"description", "short_description"};
	static const char *const severities[] = {"severity", "/severity/name"};
	const char *file = file_of(v);
	struct finding *f;
	const char *id;

	if (json_view_get_text(v, "check_id", &id, err) < 0)
		return err->code;
	if (file[0] == '\0')
		return error_set(err, ERR_INVALID, "%s: names no file", id);
	f = parse_add_finding(out);
	f->connector = "checkov";
	f->engine = "checkov";
	f->rule = id;
	f->state = lists[list].state;
	f->status_raw = json_view_text_or(v, "/check_result/result", "");
	f->title = json_view_text_or(v, "check_name", id);
	f->description = first_text(v, texts, N_ELEMENTS(texts));
	f->remediation_url = json_view_text_or(v, "guideline", "");
	f->severity_raw = first_text(v, severities, N_ELEMENTS(severities));
	f->sev100 = severity_of_label(f->severity_raw);
	f->scope = ARENA_JOIN(r->arena, r->check_type, ":", file);
	fill_kind(f, r, v, file);
	fill_controls(f, json_view_at(v, "benchmarks"), r->arena);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const struct report r = {.arena = out->arena,
	                         .check_type =
	                                 json_view_text_or(in->record, "check_type", "")};
	struct json_view results = json_view_at(in->record, "results");

	if (!is_report(in->record))
		return is_empty_report(in->record)
		               ? 0
		               : error_set(err, ERR_INVALID, "is no report of Checkov");
	for (size_t i = 0; i < N_ELEMENTS(lists); i++) {
		struct json_items it = {0};

		if (json_view_opt_items(results, lists[i].list, &it, err) < 0)
			return err->code;
		while (json_items_next(&it))
			if (add_check(&r, i, it.value, out, err) < 0)
				parse_add_problem(out, it.value, err->text);
	}
	return 0;
}

/* The code and the resource's settings, read and evaluated. */
static const char *const secret_keys[] = {"code_block", "fixed_definition", "entity",
                                          "evaluations", NULL};

const struct format checkov = {
        .name = "checkov",
        .record_paths = (const char *const[]){NULL},
        .holds_many = true,
        .detect = detect,
        .secret_keys = secret_keys,
        .parse = parse,
};
