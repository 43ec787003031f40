/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitHub's Dependabot, code scanning and secret scanning alerts, as the REST API lists
 * them (a bare array) and as webhooks send them ({"action", "alert", "repository"}).
 *
 * Source: GitHub REST API reference, "Dependabot alerts", "Code scanning", "Secret
 * scanning".
 */
#include "github.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "cvss_choice.h"
#include "text_part.h"
#include "view_time.h"

enum {
	MAX_ALIASES = 20
};

/* Never read. */
static struct error ignored;

static struct json_view unwrap(struct json_view record)
{
	struct json_view alert = json_view_at(record, "alert");

	return json_view_is_object(alert) &&
	                       json_view_is_text(json_view_at(record, "action"))
	               ? alert
	               : record;
}

static bool is_alert(struct json_view v, const char *a, const char *b)
{
	return json_view_exists(json_view_at(v, "number")) &&
	       json_view_is_text(json_view_at(v, "html_url")) &&
	       json_view_is_object(json_view_at(v, a)) &&
	       json_view_is_object(json_view_at(v, b));
}

static bool detect_dependabot(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_alert(unwrap(record), "security_advisory", "security_vulnerability");
}

static bool detect_code_scanning(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_alert(unwrap(record), "rule", "tool");
}

static bool detect_secret_scanning(struct json_view envelope, struct json_view record)
{
	struct json_view v = unwrap(record);

	(void)envelope;
	return json_view_exists(json_view_at(v, "number")) &&
	       json_view_is_text(json_view_at(v, "html_url")) &&
	       json_view_is_text(json_view_at(v, "secret_type"));
}

/* What all kinds of alerts have. */

/*
 * "https://github.com/owner/repo" of the alert's page: repositories are named only
 * where a list spans several.
 */
static const char *repository_of(const char *page, struct arena *a)
{
	const char *end = strstr(page, "/security/");

	return end != NULL ? arena_strndup(a, page, (size_t)(end - page)) : "";
}

static void fill_state(struct finding *f, struct json_view v)
{
	static const struct {
		const char *state;
		enum finding_state is;
	} states[] = {
	        {"open", FINDING_OPEN},
	        {"fixed", FINDING_RESOLVED},
	        {"dismissed", FINDING_SUPPRESSED},
	        {"auto_dismissed", FINDING_SUPPRESSED},
	};

	f->status_raw = json_view_text_or(v, "state", "");
	f->state = FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		if (strcasecmp(f->status_raw, states[i].state) == 0)
			f->state = states[i].is;
	}
}

/* The number is the alert's in its repository. */
static struct finding *add_alert(struct json_view v, const char *kind,
                                 struct parse_output *out, struct error *err)
{
	const char *page = json_view_text_or(v, "html_url", "");
	const char *repository = repository_of(page, out->arena);
	struct resource canonical;
	struct finding *f;
	int64_t number = 0;

	if (json_view_get_int(v, "number", &number, err) != 0)
		return NULL;
	if (repository[0] == '\0') {
		error_set(err, ERR_INVALID, "html_url names no repository");
		return NULL;
	}
	f = parse_add_finding(out);
	f->connector = kind;
	f->resource.type = "repository";
	f->resource.raw = repository;
	canonical = f->resource;
	resource_canonicalize(&canonical, out->arena);
	f->scope = canonical.id;
	f->native_id = arena_printf(out->arena, "%s|%lld", canonical.id, (long long)number);
	f->first_seen = view_time(v, "created_at");
	f->source_updated_at = view_time(v, "updated_at");
	f->last_seen = f->source_updated_at;
	f->resolved_at = view_time(v, "fixed_at");
	fill_state(f, v);
	return f;
}

/* Dependabot. */

static void fill_advisory_severity(struct finding *f, struct json_view advisory)
{
	static const struct {
		const char *at, *version;
	} scores[] = {
	        {"/cvss_severities/cvss_v4", "4.0"},
	        {"/cvss_severities/cvss_v3", "3.1"},
	        {"cvss", ""},
	};
	struct cvss_choice best = {0};

	f->severity_raw = json_view_text_or(advisory, "severity", "");
	f->sev100 = severity_of_label(f->severity_raw);
	for (size_t i = 0; i < N_ELEMENTS(scores); i++) {
		struct json_view v = json_view_at(advisory, scores[i].at);
		int64_t score = 0;

		if (json_view_opt_scaled(v, "score", 10, &score, &ignored) == 0)
			cvss_choice_offer(&best, scores[i].version, score,
			                  json_view_text_or(v, "vector_string", ""), true);
	}
	if (best.rank != 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
}

static void fill_ids(struct finding *f, struct json_view advisory, struct arena *a)
{
	const char **all = ARENA_ARRAY(a, const char *, MAX_ALIASES);
	const char *ghsa = json_view_text_or(advisory, "ghsa_id", "");
	struct json_items it = {0};

	f->cve = json_view_text_or(advisory, "cve_id", "");
	if (f->cve[0] == '\0')
		f->cve = ghsa;
	if (ghsa[0] != '\0' && strcmp(ghsa, f->cve) != 0)
		all[f->n_cve_aliases++] = ghsa;
	if (json_view_opt_items(advisory, "identifiers", &it, &ignored) == 0)
		while (f->n_cve_aliases < MAX_ALIASES && json_items_next(&it)) {
			const char *id = json_view_text_or(it.value, "value", "");

			if (id[0] != '\0' && strcmp(id, f->cve) != 0 &&
			    strcmp(id, ghsa) != 0)
				all[f->n_cve_aliases++] = id;
		}
	f->cve_aliases = f->n_cve_aliases > 0 ? all : NULL;
	f->rule = f->cve;
}

static void fill_package(struct finding *f, struct json_view v, struct arena *a)
{
	struct json_view advisory = json_view_at(v, "security_advisory");
	int64_t epss = 0;

	f->package = json_view_text_or(v, "/dependency/package/name", "");
	if (f->package[0] == '\0')
		f->package =
		        json_view_text_or(v, "/security_vulnerability/package/name", "");
	f->fixed_version = json_view_text_or(
	        v, "/security_vulnerability/first_patched_version/identifier", "");
	if (f->fixed_version[0] != '\0')
		f->remediation = ARENA_JOIN(a, "Upgrade ", f->package, " to ",
		                            f->fixed_version, ".");
	if (json_view_opt_scaled(advisory, "/epss/percentage", 100000, &epss, &ignored) ==
	            0 &&
	    epss > 0 && epss <= 100000)
		f->epss = (int)epss;
}

static int parse_dependabot(const struct parse_input *in, struct parse_output *out,
                            struct error *err)
{
	struct json_view v = unwrap(in->record);
	struct json_view advisory = json_view_at(v, "security_advisory");
	struct finding *f = add_alert(v, "github_dependabot", out, err);

	if (f == NULL)
		return err->code;
	f->engine = "dependabot";
	f->class = CLASS_VULNERABILITY;
	f->title = json_view_text_or(advisory, "summary", "");
	f->description = json_view_text_or(advisory, "description", "");
	f->remediation_url = json_view_text_or(v, "html_url", "");
	fill_ids(f, advisory, out->arena);
	if (f->rule[0] == '\0')
		return error_set(err, ERR_INVALID, "names neither a CVE nor a GHSA");
	fill_package(f, v, out->arena);
	fill_advisory_severity(f, advisory);
	return 0;
}

/* Code scanning. */

/* Other tools upload here, too: those that find CVEs name them in their rules. */
static void fill_rule(struct finding *f, struct json_view rule, const char *tool,
                      struct arena *a)
{
	const char *id = json_view_text_or(rule, "id", "");
	const char *level = json_view_text_or(rule, "security_severity_level", "");

	f->severity_raw =
	        level[0] != '\0' ? level : json_view_text_or(rule, "severity", "");
	f->sev100 = severity_of_label(f->severity_raw);
	f->class = level[0] != '\0' ? CLASS_VULNERABILITY : CLASS_OTHER;
	f->rule = ARENA_JOIN(a, tool, "/", id);
	if (strncmp(id, "CVE-", 4) == 0 || strncmp(id, "GHSA-", 5) == 0) {
		f->class = CLASS_VULNERABILITY;
		f->cve = id;
		f->rule = id;
	}
}

static int parse_code_scanning(const struct parse_input *in, struct parse_output *out,
                               struct error *err)
{
	struct json_view v = unwrap(in->record);
	struct json_view rule = json_view_at(v, "rule");
	struct json_view instance = json_view_at(v, "most_recent_instance");
	const char *tool = json_view_text_or(v, "/tool/name", "");
	struct finding *f;

	if (json_view_text_or(rule, "id", "")[0] == '\0')
		return error_set(err, ERR_INVALID, "\"rule\" has no id");
	f = add_alert(v, "github_code_scanning", out, err);
	if (f == NULL)
		return err->code;
	f->engine = text_lower(tool[0] != '\0' ? tool : "code_scanning", out->arena);
	fill_rule(f, rule, f->engine, out->arena);
	f->title = json_view_text_or(rule, "description", "");
	f->description = json_view_text_or(instance, "/message/text", "");
	f->remediation_url = json_view_text_or(v, "html_url", "");
	/* The line moves with every edit of the file. */
	if (f->cve[0] == '\0')
		f->location = json_view_text_or(instance, "/location/path", "");
	return 0;
}

/* Secret scanning. */

/* A pattern of one's own that is gone finds nothing any more; a revoked secret opens
 * nothing.  The other reasons are decisions of people. */
static void fill_resolution(struct finding *f, struct json_view v)
{
	static const char *const proofs[] = {"revoked", "pattern_deleted",
	                                     "pattern_edited"};
	const char *resolution = json_view_text_or(v, "resolution", "");

	if (strcasecmp(f->status_raw, "resolved") != 0)
		return;
	f->state = FINDING_SUPPRESSED;
	for (size_t i = 0; i < N_ELEMENTS(proofs); i++) {
		if (strcasecmp(resolution, proofs[i]) == 0)
			f->state = FINDING_RESOLVED;
	}
	f->resolved_at = view_time(v, "resolved_at");
}

/* The secret itself is never read. */
static int parse_secret_scanning(const struct parse_input *in, struct parse_output *out,
                                 struct error *err)
{
	struct json_view v = unwrap(in->record);
	const char *type = json_view_text_or(v, "secret_type", "");
	const char *validity = json_view_text_or(v, "validity", "");
	struct finding *f;

	if (type[0] == '\0')
		return error_set(err, ERR_INVALID, "\"secret_type\" is empty");
	f = add_alert(v, "github_secret_scanning", out, err);
	if (f == NULL)
		return err->code;
	f->engine = "secret_scanning";
	f->class = CLASS_SECRET;
	/* One that GitHub has tried and that works is worse than one that looks alike. */
	f->rule = strcasecmp(validity, "active") == 0
	                  ? ARENA_JOIN(out->arena, "active/", type)
	                  : type;
	f->title = json_view_text_or(v, "secret_type_display_name", type);
	f->remediation_url = json_view_text_or(v, "html_url", "");
	f->location = json_view_text_or(v, "/first_location_detected/path", "");
	fill_resolution(f, v);
	return 0;
}

static const char *const no_paths[] = {NULL};
static const char *const volatile_keys[] = {"updated_at", NULL};
static const char *const secret_keys[] = {"secret", NULL};

const struct format github_dependabot = {
        .name = "github-dependabot",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .detect = detect_dependabot,
        .parse = parse_dependabot,
};

const struct format github_code_scanning = {
        .name = "github-code-scanning",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .detect = detect_code_scanning,
        .parse = parse_code_scanning,
};

const struct format github_secret_scanning = {
        .name = "github-secret-scanning",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .secret_keys = secret_keys,
        .detect = detect_secret_scanning,
        .parse = parse_secret_scanning,
};
