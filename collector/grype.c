/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grype's JSON reports on images, directories and files.  A record is the whole
 * document: what was scanned stands behind the list of matches, and a second list
 * has those that a rule or a VEX statement took out.
 *
 * Source: Grype, grype/presenter/models (Document, Match, Vulnerability).
 */
#include "grype.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "advisory_id.h"
#include "cvss_choice.h"
#include "image_name.h"
#include "text_part.h"
#include "view_time.h"

static const char *const no_paths[] = {NULL};

/* Never read; on the stack it would be zeroed for every value. */
static struct error ignored;

struct scan {
	struct arena *arena;
	struct resource resource;
	const char *artifact; /* canonical */
	timestamp at;
};

static bool is_match(struct json_view v)
{
	return json_view_is_text(json_view_at(v, "/vulnerability/id")) &&
	       json_view_is_text(json_view_at(v, "/artifact/name"));
}

static bool detect(struct json_view envelope, struct json_view record)
{
	const char *tool = json_view_text_or(record, "/descriptor/name", "");

	(void)envelope;
	return json_view_is_array(json_view_at(record, "matches")) &&
	       (text_begins_nocase(tool, "grype") ||
	        is_match(json_view_at(record, "/matches/0")));
}

/* The artifact. */

static int set_artifact(struct scan *s, struct json_view document, struct error *err)
{
	const struct json_view target = json_view_at(document, "/source/target");
	const char *type = json_view_text_or(document, "/source/type", "");
	struct resource canonical;

	if (json_view_is_object(target)) {
		s->resource.raw = image_name_of(json_view_text_or(target, "userInput", ""),
		                                json_view_at(target, "tags"),
		                                json_view_at(target, "repoDigests"));
		s->resource.type = "container.image";
	} else {
		s->resource.raw = json_view_text_or(target, "", "");
		s->resource.type =
		        strcmp(type, "image") == 0 ? "container.image" : "filesystem";
	}
	if (s->resource.raw[0] == '\0')
		return error_set(err, ERR_INVALID, "/source/target names no artifact");
	canonical = s->resource;
	resource_canonicalize(&canonical, s->arena);
	s->artifact = canonical.id;
	return 0;
}

/* One match. */

/* The CVE of an advisory: the one that its related vulnerabilities name. */
static const char *related_cve(struct json_view match)
{
	struct json_items it = {0};
	const char *found = "";

	if (json_view_opt_items(match, "relatedVulnerabilities", &it, &ignored) < 0)
		return "";
	while (json_items_next(&it)) {
		const char *id = json_view_text_or(it.value, "id", "");

		if (!text_begins(id, "CVE-") || strcmp(id, found) == 0)
			continue;
		if (found[0] != '\0')
			return "";
		found = id;
	}
	return found;
}

static void set_cve(struct finding *f, struct json_view match, const char *id,
                    struct arena *a)
{
	f->cve = id;
	if (!text_begins(id, "CVE-") && advisory_is_one_flaw(id))
		f->cve = text_either(related_cve(match), id);
	if (advisory_is_one_flaw(id))
		advisory_set_aliases(f, id, (struct json_view){0}, a);
	f->rule = f->cve;
}

static void set_severity(struct finding *f, struct json_view match)
{
	static const struct cvss_names names = {.version = "version",
	                                        .score = "/metrics/baseScore",
	                                        .vector = "vector",
	                                        .source = "source"};
	struct cvss_choice best = {0};
	struct json_items it = {0};

	f->severity_raw = json_view_text_or(match, "/vulnerability/severity", "");
	f->sev100 = severity_of_label(f->severity_raw);
	cvss_choice_of_list(&best, json_view_at(match, "/vulnerability/cvss"), &names);
	/* Distributions score little themselves: NVD's score of the same CVE is below. */
	if (best.rank == 0 &&
	    json_view_opt_items(match, "relatedVulnerabilities", &it, &ignored) == 0)
		while (json_items_next(&it))
			if (strcmp(json_view_text_or(it.value, "id", ""), f->cve) == 0)
				cvss_choice_of_list(&best, json_view_at(it.value, "cvss"),
				                    &names);
	if (best.rank > 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
}

static void set_epss(struct finding *f, struct json_view vulnerability)
{
	struct json_items it = {0};
	int64_t epss = -1;

	if (json_view_opt_items(vulnerability, "epss", &it, &ignored) < 0)
		return;
	while (json_items_next(&it)) {
		if (it.n > 1 && strcmp(json_view_text_or(it.value, "cve", ""), f->cve) != 0)
			continue;
		if (json_view_opt_scaled(it.value, "epss", 100000, &epss, &ignored) == 0 &&
		    epss > 0 && epss <= 100000)
			f->epss = (int)epss;
	}
}

static void set_maturity(struct finding *f, struct json_view vulnerability)
{
	struct json_items it = {0};

	if (json_view_opt_items(vulnerability, "knownExploited", &it, &ignored) < 0)
		return;
	while (json_items_next(&it)) {
		const char *ransomware =
		        json_view_text_or(it.value, "knownRansomwareCampaignUse", "");

		if (strcasecmp(ransomware, "known") == 0)
			f->maturity = MATURITY_RANSOMWARE;
		else if (f->maturity < MATURITY_ACTIVE)
			f->maturity = MATURITY_ACTIVE;
	}
}

static void set_fix(struct finding *f, struct json_view vulnerability, struct arena *a)
{
	struct json_items it = {0};

	f->status_raw = json_view_text_or(vulnerability, "/fix/state", "");
	if (json_view_opt_items(vulnerability, "/fix/versions", &it, &ignored) < 0)
		return;
	for (size_t n = 0; n < 20 && json_items_next(&it); n++) {
		const char *version = json_view_text_or(it.value, "", "");

		if (version[0] == '\0')
			continue;
		f->fixed_version =
		        f->fixed_version[0] == '\0'
		                ? version
		                : arena_printf(a, "%s, %s", f->fixed_version, version);
	}
	if (f->fixed_version[0] != '\0')
		f->remediation =
		        arena_printf(a, "Upgrade %s to %s.", f->package, f->fixed_version);
}

/* Why a match was taken out: a rule of the user, or a VEX statement. */
static void set_ignored(struct finding *f, struct json_view match, struct arena *a)
{
	const struct json_view rule = json_view_at(match, "/appliedIgnoreRules/0");
	const char *vex = json_view_text_or(rule, "vex-status", "");
	const char *why = text_either(json_view_text_or(rule, "vex-justification", ""),
	                              json_view_text_or(rule, "reason", ""));

	f->state = strcmp(vex, "not_affected") == 0 || strcmp(vex, "fixed") == 0
	                   ? FINDING_NOT_APPLICABLE
	                   : FINDING_SUPPRESSED;
	f->status_raw = arena_printf(a, "%s%s%s", text_either(vex, "ignored"),
	                             why[0] ? ": " : "", why);
}

static int add_match(const struct scan *s, struct json_view match, bool is_ignored,
                     struct parse_output *out, struct error *err)
{
	const struct json_view vulnerability = json_view_at(match, "vulnerability");
	struct arena *a = s->arena;
	struct finding *f;
	const char *id, *package;

	if (json_view_get_text(match, "/vulnerability/id", &id, err) < 0 ||
	    json_view_get_text(match, "/artifact/name", &package, err) < 0)
		return err->code;
	f = parse_add_finding(out);
	f->connector = "grype";
	f->engine = "grype";
	f->class = CLASS_VULNERABILITY;
	f->state = FINDING_OPEN;
	f->resource = s->resource;
	f->scope = s->artifact;
	f->package = package;
	f->package_version = json_view_text_or(match, "/artifact/version", "");
	f->title = arena_printf(a, "%s in %s", id, package);
	f->description = text_either(
	        json_view_text_or(vulnerability, "description", ""),
	        json_view_text_or(match, "/relatedVulnerabilities/0/description", ""));
	f->remediation_url = json_view_text_or(vulnerability, "dataSource", "");
	f->last_seen = s->at;
	f->source_updated_at = s->at;
	f->native_id = arena_printf(a, "%s|%s|%s|%s", s->artifact, package,
	                            f->package_version, id);
	set_cve(f, match, id, a);
	set_severity(f, match);
	set_epss(f, vulnerability);
	set_maturity(f, vulnerability);
	set_fix(f, vulnerability, a);
	if (is_ignored)
		set_ignored(f, match, a);
	return 0;
}

static int add_list(const struct scan *s, struct json_view document, const char *list,
                    bool is_ignored, struct parse_output *out, struct error *err)
{
	struct json_items it = {0};

	if (json_view_opt_items(document, list, &it, err) < 0)
		return err->code;
	for (size_t n = 0; json_items_next(&it); n++) {
		if (add_match(s, it.value, is_ignored, out, err) < 0) {
			error_wrap(err, "%s[%zu]", list, n);
			parse_add_problem(out, it.value, err->text);
		}
	}
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct finding blank;
	struct scan s = {.arena = out->arena};

	finding_init(&blank);
	s.resource = blank.resource;
	s.at = view_time(in->record, "/descriptor/timestamp");
	if (set_artifact(&s, in->record, err) < 0 ||
	    add_list(&s, in->record, "ignoredMatches", true, out, err) < 0 ||
	    add_list(&s, in->record, "matches", false, out, err) < 0)
		return err->code;
	parse_add_scope(out, "grype", s.artifact);
	/* A rule about one path ignores that path's copy of the package only. */
	parse_drop_shadowed(out, 0);
	return 0;
}

static const char *const volatile_keys[] = {"timestamp", NULL};

const struct format grype = {
        .name = "grype",
        .record_paths = no_paths,
        .holds_many = true,
        .volatile_keys = volatile_keys,
        .detect = detect,
        .parse = parse,
};
