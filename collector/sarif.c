/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0, in which scanners of any kind write their results.  A record is the
 * whole document: a log of runs, each of one tool.  A result is a finding; where its
 * tool has a format of its own, it is that connector's finding.
 *
 * Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0";
 * GitHub, "SARIF support for code scanning" (security-severity, categories).
 */
#include "sarif.h"

#include <stdlib.h>
#include <string.h>

#include "advisory_id.h"
#include "image_name.h"
#include "sarif_private.h"
#include "text_part.h"
#include "view_time.h"

static const char *const no_paths[] = {NULL};

/* Detection. */

static bool is_log(struct json_view v)
{
	const char *version = json_view_text_or(v, "version", "");
	const char *schema = json_view_text_or(v, "$schema", "");
	const bool has_runs = json_view_is_array(json_view_at(v, "runs"));

	if (!text_begins(version, "2.1.0") &&
	    !(version[0] == '\0' && text_has_nocase(schema, "sarif")))
		return false;
	return has_runs || (text_has_nocase(schema, "sarif") &&
	                    !json_view_exists(json_view_at(v, "runs")));
}

static bool any_rule_of_secrets(const struct sarif_tool *tool, struct json_view component)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(component, "rules", &it, &ignored) < 0)
		return false;
	while (json_items_next(&it))
		if (sarif_rule_is_of_secrets(tool, it.value,
		                             json_view_text_or(it.value, "id", "")))
			return true;
	return false;
}

static bool run_is_of_secrets(struct json_view run)
{
	const struct json_view driver = json_view_at(run, "/tool/driver");
	const struct sarif_tool *tool =
	        sarif_tool_of(json_view_text_or(driver, "name", ""));
	struct json_items it = {0};
	struct error ignored;

	if (tool->class == CLASS_SECRET || any_rule_of_secrets(tool, driver))
		return true;
	if (json_view_opt_items(run, "/tool/extensions", &it, &ignored) == 0)
		while (json_items_next(&it))
			if (any_rule_of_secrets(tool, it.value))
				return true;
	if (json_view_opt_items(run, "results", &it, &ignored) < 0)
		return false;
	while (json_items_next(&it))
		if (sarif_rule_is_of_secrets(tool, (struct json_view){0},
		                             json_view_text_or(it.value, "ruleId", "")))
			return true;
	return false;
}

static bool has_secrets(struct json_view v)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(v, "runs", &it, &ignored) < 0)
		return false;
	while (json_items_next(&it))
		if (run_is_of_secrets(it.value))
			return true;
	return false;
}

static bool secrets_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_log(record) && has_secrets(record);
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_log(record) && !has_secrets(record);
}

/* State. */

/* Suppressed by one that is accepted; without a status it is. */
static bool is_suppressed(struct json_view v, const char **why)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(v, "suppressions", &it, &ignored) < 0)
		return false;
	while (json_items_next(&it)) {
		const char *status = json_view_text_or(it.value, "status", "");

		if (status[0] != '\0' && strcmp(status, "accepted") != 0)
			continue;
		*why = json_view_text_or(it.value, "justification", "");
		return true;
	}
	return false;
}

/* What kind says of a result that is not muted; false: it is no finding. */
static bool state_of_kind(const char *kind, enum finding_state *state)
{
	static const struct {
		const char *kind;
		enum finding_state state;
	} kinds[] = {
	        {"fail", FINDING_OPEN},
	        {"open", FINDING_UNKNOWN},
	        {"review", FINDING_UNKNOWN},
	        {"pass", FINDING_PASSING},
	        {"notApplicable", FINDING_NOT_APPLICABLE},
	};

	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		if (strcmp(kind, kinds[i].kind) == 0) {
			*state = kinds[i].state;
			return true;
		}
	}
	return false;
}

static void set_state(struct finding *f, struct json_view v, enum finding_state of_kind,
                      struct arena *a)
{
	const char *baseline = json_view_text_or(v, "baselineState", "");
	const char *why = "";

	f->state = of_kind;
	f->status_raw = text_either(baseline, json_view_text_or(v, "kind", ""));
	if (strcmp(baseline, "absent") == 0) {
		f->state = FINDING_RESOLVED;
	} else if ((of_kind == FINDING_OPEN || of_kind == FINDING_UNKNOWN) &&
	           is_suppressed(v, &why)) {
		f->state = FINDING_SUPPRESSED;
		f->status_raw = arena_printf(a, "suppressed%s%s", why[0] ? ": " : "", why);
	}
}

/* Identity. */

/* The fingerprint that is the result's wherever it moves; of several the first by key. */
static const char *fingerprint_of(struct json_view v)
{
	struct json_items it = {0};
	struct error ignored;
	const char *best = NULL;
	const char *value = "";

	if (json_view_opt_items(v, "fingerprints", &it, &ignored) < 0 ||
	    !json_view_is_object(json_view_at(v, "fingerprints")))
		return "";
	while (json_items_next(&it)) {
		const char *text = json_view_text_or(it.value, "", "");

		/* Semgrep writes this instead of one where nobody is logged in. */
		if (text[0] == '\0' || strcmp(text, "requires login") == 0)
			continue;
		if (!best || strcmp(it.key, best) < 0) {
			best = it.key;
			value = text;
		}
	}
	return value;
}

/* Of what was said where: without the line, which moves with every change above. */
static const char *content_key(const struct sarif_result *r, struct arena *a)
{
	const char *const texts[] = {r->rule_id, r->place, r->message};
	const struct key key = key_of_texts("sarif/1", 0, texts, N_ELEMENTS(texts));
	char text[KEY_TEXT_MAX];

	return arena_strdup(a, key_text(&key, text));
}

static const char *native_id_of(const struct sarif_run *run, const struct sarif_result *r)
{
	const char *whole = fingerprint_of(r->view);
	const char *part = json_view_text_or(
	        r->view, "/partialFingerprints/primaryLocationLineHash", "");
	struct arena *a = run->arena;

	if (whole[0] != '\0')
		return arena_printf(a, "%s|%s|%s", run->engine, r->rule_id, whole);
	if (part[0] != '\0')
		return arena_printf(a, "%s|%s|%s|%s", run->engine, r->rule_id, r->path,
		                    part);
	return arena_printf(a, "%s|%s|%s", run->engine, r->rule_id, content_key(r, a));
}

/* One that is told from its equals by its place among them. */
struct numbered {
	const char *id;
	const char *asset;
	size_t index;
};

static int compare_numbered(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	if (order == 0)
		order = strcmp(x->asset, y->asset);
	if (order != 0)
		return order;
	return x->index < y->index ? -1 : x->index > y->index;
}

/*
 * Equal results in one file must not become one finding: of two passwords one may be
 * suppressed.  The second one and so on get a number.
 */
static void number_equals(struct parse_output *out, size_t first)
{
	const size_t n = out->n_findings - first;
	struct numbered *all;
	size_t same = 1;

	if (n < 2)
		return;
	all = ARENA_ARRAY(out->arena, struct numbered, n);
	for (size_t i = 0; i < n; i++)
		all[i] = (struct numbered){.id = out->findings[first + i].native_id,
		                           .asset = out->findings[first + i].resource.raw,
		                           .index = first + i};
	qsort(all, n, sizeof(*all), compare_numbered);
	for (size_t i = 1; i < n; i++) {
		struct finding *f = &out->findings[all[i].index];

		same = strcmp(all[i].id, all[i - 1].id) == 0 &&
		                       strcmp(all[i].asset, all[i - 1].asset) == 0
		               ? same + 1
		               : 1;
		/* A flaw in a package that lies in two paths is one finding. */
		if (same > 1 && f->cve[0] == '\0')
			f->native_id = arena_printf(out->arena, "%s|%zu", all[i].id, same);
	}
}

/* Results. */

static const char *title_of(const struct sarif_result *r, struct arena *a)
{
	const char *title = sarif_rule_text(r, "shortDescription");

	if (!r->is_secret) {
		title = text_either(title, sarif_rule_text(r, "fullDescription"));
		title = text_either(title, r->message);
	}
	title = text_either(title, json_view_text_or(r->rule, "name", ""));
	return text_first_line(text_either(title, r->rule_id), a);
}

static void set_texts(struct finding *f, const struct sarif_result *r, struct arena *a)
{
	const char *help = sarif_rule_text(r, "help");
	const char *full = sarif_rule_text(r, "fullDescription");

	f->title = title_of(r, a);
	f->remediation_url = json_view_text_or(r->rule, "helpUri", "");
	if (text_begins(help, "http") && !strpbrk(help, " \n")) {
		f->remediation_url = text_either(f->remediation_url, help);
		help = "";
	}
	/* Trivy puts the match into the description and the help of its rules. */
	if (r->is_secret)
		return;
	f->remediation = help;
	f->description = full[0] == '\0' || strcmp(full, r->message) == 0
	                         ? r->message
	                         : arena_printf(a, "%s%s%s", r->message,
	                                        r->message[0] ? "\n\n" : "", full);
}

static void set_class(struct finding *f, const struct sarif_run *run,
                      const struct sarif_result *r)
{
	const size_t size = advisory_size(r->rule_id);

	f->class = r->is_secret ? CLASS_SECRET : run->tool->class;
	f->rule = r->rule_id;
	f->cve = advisory_find_cve(r->rule_id, run->arena);
	if (f->cve[0] == '\0' && size > 0)
		f->cve = arena_strndup(run->arena, r->rule_id, size);
	if (f->cve[0] == '\0')
		return;
	f->class = CLASS_VULNERABILITY;
	f->rule = f->cve;
}

static void set_resource(struct finding *f, const struct sarif_run *run,
                         const struct sarif_result *r)
{
	const char *image = sarif_image_of(run, r);

	f->resource = run->resource;
	f->scope = run->artifact;
	if (image[0] == '\0' && run->tool->uri_is_image && !image_name_is_copy(r->path))
		image = r->path;
	if (image[0] == '\0')
		return;
	f->resource.type = "container.image";
	f->resource.raw = image;
	f->resource.name = "";
}

static void set_times(struct finding *f, const struct sarif_run *run, struct json_view v)
{
	f->first_seen = view_time(v, "/provenance/firstDetectionTimeUtc");
	f->last_seen = view_time(v, "/provenance/lastDetectionTimeUtc");
	if (f->last_seen == TIMESTAMP_NONE)
		f->last_seen = run->scanned_at;
	f->source_updated_at = run->scanned_at;
}

static void add_result(const struct sarif_run *run, const struct sarif_result *r,
                       enum finding_state state, struct parse_output *out)
{
	struct finding *f = parse_add_finding(out);
	struct sarif_run mine = *run;

	f->connector = run->tool->connector ? run->tool->connector : "sarif";
	f->engine = run->engine;
	set_class(f, run, r);
	set_texts(f, r, run->arena);
	set_state(f, r->view, state, run->arena);
	sarif_set_severity(f, r);
	set_resource(f, run, r);
	set_times(f, run, r->view);
	f->location = r->place;
	f->native_id = native_id_of(run, r);
	if (f->resource.raw != run->resource.raw) {
		struct resource canonical = f->resource;

		resource_canonicalize(&canonical, run->arena);
		mine.artifact = f->scope = canonical.id;
		if (run->tool->uri_is_image)
			f->location = "";
	}
	if (run->tool->refine)
		run->tool->refine(&mine, r, f);
	if (f->cve[0] != '\0')
		f->location = "";
}

static int read_result(const struct sarif_run *run, struct json_view v,
                       struct parse_output *out, struct error *err)
{
	struct sarif_result r = {.view = v};
	enum finding_state state;

	if (!json_view_is_object(v))
		return error_set(err, ERR_INVALID, "a result is not an object");
	if (!state_of_kind(json_view_text_or(v, "kind", "fail"), &state))
		return 0;
	sarif_find_rule(run, &r);
	if (r.rule_id[0] == '\0')
		return error_set(err, ERR_INVALID, "ruleId is missing");
	r.is_secret = sarif_rule_is_of_secrets(run->tool, r.rule, r.rule_id);
	r.message = r.is_secret ? "" : sarif_message(run, &r);
	sarif_set_place(run, &r);
	add_result(run, &r, state, out);
	return 0;
}

/* Runs. */

/* What a tool that broke off does not list may well be there: the run is not whole. */
static void add_failures(struct json_view run, const char *tool, struct parse_output *out)
{
	struct json_items it = {0};
	struct error ignored;
	bool succeeded = true;

	if (json_view_opt_items(run, "invocations", &it, &ignored) < 0)
		return;
	while (json_items_next(&it))
		if (json_view_bool(json_view_at(it.value, "executionSuccessful"),
		                   &succeeded) &&
		    !succeeded)
			parse_add_problem(out, it.value,
			                  arena_printf(out->arena,
			                               "%.60s says that it did not succeed "
			                               "(executionSuccessful is false)",
			                               tool));
}

static int read_run(struct json_view v, struct parse_output *out, struct error *err)
{
	struct sarif_run run = {.arena = out->arena, .view = v};
	const size_t first = out->n_findings;
	struct json_items it = {0};
	struct finding blank;
	const char *name;

	finding_init(&blank);
	run.resource = blank.resource;
	if (json_view_get_text(v, "/tool/driver/name", &name, err) < 0 ||
	    json_view_opt_items(v, "results", &it, err) < 0)
		return err->code;
	if (name[0] == '\0')
		return error_set(err, ERR_INVALID, "/tool/driver/name is empty");
	if (json_view_is_object(json_view_at(v, "results")))
		return error_set(err, ERR_INVALID, "results is not a list");
	run.tool = sarif_tool_of(name);
	run.engine = sarif_engine_of(name, run.arena);
	run.scanned_at = view_time(v, "/invocations/0/endTimeUtc");
	sarif_set_resource(&run);
	sarif_index_rules(&run);
	while (json_items_next(&it))
		if (read_result(&run, it.value, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	number_equals(out, first);
	add_failures(v, name, out);
	parse_add_scope(out, run.tool->connector ? run.tool->connector : "sarif",
	                run.artifact);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_items it = {0};

	/* No runs: nothing was scanned, and nothing is said. */
	if (json_view_opt_items(in->record, "runs", &it, err) < 0)
		return err->code;
	while (json_items_next(&it))
		if (read_run(it.value, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	return 0;
}

static const char *const volatile_keys[] = {"startTimeUtc", "endTimeUtc",
                                            "lastDetectionTimeUtc", NULL};

/* Messages, snippets and descriptions alike: all of them may quote the secret. */
static const char *const secret_keys[] = {"text", "markdown", NULL};

const struct format sarif = {
        .name = "sarif",
        .record_paths = no_paths,
        .holds_many = true,
        .volatile_keys = volatile_keys,
        .detect = detect,
        .parse = parse,
};

const struct format sarif_secrets = {
        .name = "sarif-secrets",
        .record_paths = no_paths,
        .holds_many = true,
        .volatile_keys = volatile_keys,
        .secret_keys = secret_keys,
        .detect = secrets_detect,
        .parse = parse,
};
