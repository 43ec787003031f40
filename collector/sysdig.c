/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sysdig: results of a vulnerability scan (sysdig-cli-scanner --json-scan-result,
 * schema v1), where vulnerabilities, packages and accepted risks are three maps
 * that refer to each other; and events of runtime policies.
 *
 * Source: Sysdig's documentation ("JSON scan result", "Events feed") and
 * sysdiglabs/scan-action, which declares the schema.
 */
#include "sysdig.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "cvss_choice.h"
#include "view_time.h"

enum {
	MAX_REFERENCES = 20
};

/* Never read. */
static struct error ignored;

/* Scans. */

static bool detect_scan(struct json_view envelope, struct json_view record)
{
	struct json_view result = json_view_at(record, "result");

	(void)envelope;
	return json_view_is_object(json_view_at(record, "info")) &&
	       json_view_is_object(json_view_at(record, "scanner")) &&
	       json_view_is_text(json_view_at(result, "assetType")) &&
	       json_view_is_object(json_view_at(result, "metadata"));
}

/* A map of the document, sorted by key: a lookup must not walk all of it. */
struct entry {
	const char *key;
	struct json_view value;
};

struct index {
	struct entry *entries;
	size_t n;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key);
}

static struct index index_of(struct json_view map, struct arena *a)
{
	struct index out = {0};
	struct json_items it = {0};

	if (!json_view_is_object(map) || json_view_opt_items(map, "", &it, &ignored) != 0 ||
	    it.n == 0)
		return out;
	out.entries = ARENA_ARRAY(a, struct entry, it.n);
	while (out.n < it.n && json_items_next(&it))
		out.entries[out.n++] = (struct entry){it.key, it.value};
	qsort(out.entries, out.n, sizeof(*out.entries), compare);
	return out;
}

static struct json_view look_up(const struct index *index, const char *key)
{
	const struct entry wanted = {.key = key};
	const struct entry *found = NULL;

	if (index->n > 0)
		found = bsearch(&wanted, index->entries, index->n, sizeof(wanted), compare);
	return found != NULL ? found->value : (struct json_view){0};
}

struct scan {
	struct finding base;
	struct index packages, accepted;
	struct parse_output *out;
};

static int fill_artifact(struct scan *s, struct json_view result, struct error *err)
{
	struct json_view metadata = json_view_at(result, "metadata");
	struct finding *f = &s->base;
	struct resource canonical;

	f->resource.raw = json_view_text_or(metadata, "pullString", "");
	f->resource.type = "container.image";
	if (f->resource.raw[0] == '\0') {
		f->resource.raw = json_view_text_or(metadata, "hostName", "");
		f->resource.type = "host";
	}
	if (f->resource.raw[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "result.metadata names neither image nor host");
	canonical = f->resource;
	resource_canonicalize(&canonical, s->out->arena);
	f->scope = canonical.id;
	return 0;
}

/* A risk is accepted while one of those that are referred to is active. */
static void fill_state(struct finding *f, const struct scan *s, struct json_view v)
{
	struct json_items it = {0};

	f->state = FINDING_OPEN;
	if (json_view_opt_items(v, "riskAcceptRefs", &it, &ignored) != 0)
		return;
	for (size_t i = 0; i < MAX_REFERENCES && json_items_next(&it); i++) {
		struct json_view accept =
		        look_up(&s->accepted, json_view_text_or(it.value, "", ""));

		if (strcasecmp(json_view_text_or(accept, "status", ""), "active") != 0)
			continue;
		f->state = FINDING_SUPPRESSED;
		f->status_raw = json_view_text_or(accept, "reason", "accepted");
		return;
	}
}

static void fill_risk(struct finding *f, struct json_view v)
{
	static const struct cvss_names names = {"version", "score", "vector", "source"};
	struct cvss_choice best = {0};
	bool exploitable = false;

	f->severity_raw = json_view_text_or(v, "severity", "");
	f->sev100 = severity_of_label(f->severity_raw);
	cvss_choice_of_list(&best, json_view_at(v, "cvssScore"), &names);
	if (best.rank != 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
	(void)json_view_bool(json_view_at(v, "exploitable"), &exploitable);
	if (exploitable)
		f->maturity = MATURITY_POC;
}

static int add_vulnerability(const struct scan *s, struct json_view v, struct error *err)
{
	struct json_view package =
	        look_up(&s->packages, json_view_text_or(v, "packageRef", ""));
	const char *name = json_view_text_or(v, "name", "");
	struct arena *a = s->out->arena;
	struct finding *f;

	if (name[0] == '\0')
		return error_set(err, ERR_INVALID, "a vulnerability has no name");
	f = parse_add_finding(s->out);
	*f = s->base;
	f->cve = name;
	f->rule = name;
	f->package = json_view_text_or(package, "name", "");
	f->package_version = json_view_text_or(package, "version", "");
	f->fixed_version = json_view_text_or(v, "fixVersion", "");
	f->title = ARENA_JOIN(a, name, f->package[0] != '\0' ? " in " : "", f->package);
	if (f->fixed_version[0] != '\0')
		f->remediation = ARENA_JOIN(a, "Upgrade ", f->package, " to ",
		                            f->fixed_version, ".");
	f->native_id = ARENA_JOIN(a, f->scope, "|", f->package, "|", f->package_version,
	                          "|", json_view_text_or(package, "path", ""), "|", name);
	fill_risk(f, v);
	fill_state(f, s, v);
	return 0;
}

static int parse_scan(const struct parse_input *in, struct parse_output *out,
                      struct error *err)
{
	struct json_view result = json_view_at(in->record, "result");
	struct scan s = {.out = out};
	struct json_items it = {0};

	finding_init(&s.base);
	s.base.connector = "sysdig";
	s.base.engine = "sysdig";
	s.base.class = CLASS_VULNERABILITY;
	s.base.last_seen = view_time(in->record, "/info/scanTime");
	s.base.source_updated_at = s.base.last_seen;
	if (fill_artifact(&s, result, err) < 0)
		return err->code;
	s.packages = index_of(json_view_at(result, "packages"), out->arena);
	s.accepted = index_of(json_view_at(result, "riskAccepts"), out->arena);
	if (json_view_opt_items(result, "vulnerabilities", &it, err) != 0)
		return err->code;
	while (json_items_next(&it)) {
		struct error why;

		if (add_vulnerability(&s, it.value, &why) < 0)
			parse_add_problem(out, it.value, why.text);
	}
	parse_add_scope(out, "sysdig", s.base.scope);
	return 0;
}

/* Events. */

static bool detect_event(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_is_text(json_view_at(record, "/content/ruleName")) &&
	       json_view_is_object(json_view_at(record, "labels")) &&
	       json_view_exists(json_view_at(record, "timestamp")) &&
	       json_view_exists(json_view_at(record, "severity")) &&
	       json_view_is_text(json_view_at(record, "id"));
}

/* The feed counts nanoseconds. */
static timestamp time_of(struct json_view v)
{
	int64_t number = 0;

	if (json_view_int(json_view_at(v, "timestamp"), &number) &&
	    number > INT64_C(100000000000000000))
		return number / 1000;
	return view_time(v, "timestamp");
}

/* 0 to 7 as syslog counts; the interface shows four. */
static void fill_event_severity(struct finding *f, struct json_view v, struct arena *a)
{
	static const char *const levels[] = {"high",   "high",   "high", "high",
	                                     "medium", "medium", "low",  "info"};
	int64_t level = -1;

	f->severity_raw = json_view_text_or(v, "severity", "");
	if (!json_view_int(json_view_at(v, "severity"), &level)) {
		f->sev100 = severity_of_label(f->severity_raw);
		return;
	}
	f->severity_raw = arena_printf(a, "%lld", (long long)level);
	if (level >= 0 && level < (int64_t)N_ELEMENTS(levels))
		f->sev100 = severity_of_label(levels[level]);
}

static const struct {
	const char *label, *type;
	enum provider provider;
} places[] = {
        {"aws.instanceId", "AwsEc2Instance", PROVIDER_AWS},
        {"host.hostName", "host", PROVIDER_NONE},
        {"container.image.repo", "container.image", PROVIDER_NONE},
        {"kubernetes.cluster.name", "kubernetes.cluster", PROVIDER_NONE},
        {"aws.accountId", "AwsAccount", PROVIDER_AWS},
};

/* The first of its labels that names something that lasts. */
static bool fill_place(struct finding *f, struct json_view labels)
{
	for (size_t i = 0; i < N_ELEMENTS(places); i++) {
		const char *name = json_view_text_or(labels, places[i].label, "");

		if (name[0] == '\0')
			continue;
		f->resource.raw = name;
		f->resource.type = places[i].type;
		f->resource.provider = places[i].provider;
		if (places[i].provider == PROVIDER_AWS) {
			f->resource.account =
			        json_view_text_or(labels, "aws.accountId", "");
			f->resource.region = json_view_text_or(labels, "aws.region", "");
		}
		return true;
	}
	return false;
}

static const char *location_of(struct json_view labels, struct arena *a)
{
	const char *space = json_view_text_or(labels, "kubernetes.namespace.name", "");
	const char *workload = json_view_text_or(labels, "kubernetes.workload.name", "");

	if (space[0] != '\0' && workload[0] != '\0')
		return ARENA_JOIN(a, space, "/", workload);
	return json_view_text_or(labels, "container.name", "");
}

static int parse_event(const struct parse_input *in, struct parse_output *out,
                       struct error *err)
{
	struct json_view v = in->record;
	struct json_view labels = json_view_at(v, "labels");
	const char *id = json_view_text_or(v, "id", "");
	const char *rule = json_view_text_or(v, "/content/ruleName", "");
	struct resource canonical;
	struct finding *f;

	if (id[0] == '\0' || rule[0] == '\0')
		return error_set(err, ERR_INVALID, "\"%s\" is missing",
		                 id[0] == '\0' ? "id" : "content.ruleName");
	f = parse_add_finding(out);
	f->connector = "sysdig";
	f->engine = "sysdig_runtime";
	f->class = CLASS_THREAT;
	f->state = FINDING_OPEN;
	f->native_id = id;
	f->rule = rule;
	f->title = rule;
	f->description = json_view_text_or(v, "/content/output", "");
	f->location = location_of(labels, out->arena);
	f->first_seen = time_of(v);
	f->last_seen = f->first_seen;
	f->source_updated_at = f->first_seen;
	if (!fill_place(f, labels))
		return error_set(err, ERR_INVALID, "the labels name no host or container");
	canonical = f->resource;
	resource_canonicalize(&canonical, out->arena);
	f->scope = canonical.id;
	fill_event_severity(f, v, out->arena);
	return 0;
}

const struct format sysdig_scan = {
        .name = "sysdig-scan",
        .record_paths = (const char *const[]){NULL},
        .holds_many = true,
        .detect = detect_scan,
        .parse = parse_scan,
};

const struct format sysdig_events = {
        .name = "sysdig-events",
        .record_paths = (const char *const[]){"data", NULL},
        .detect = detect_event,
        .parse = parse_event,
};
