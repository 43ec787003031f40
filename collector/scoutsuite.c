/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ScoutSuite's results: one document of all that was read of an account, and below
 * each service the rules with the places where they were broken.  The file is
 * JavaScript, an assignment; the reader has skipped that.
 *
 * Source: ScoutSuite's repository, core/processingengine.py and output/.
 */
#include "scoutsuite.h"

#include <string.h>
#include <strings.h>

#include "base/timestamp.h"
#include "model/severity.h"

#include "provider_name.h"
#include "scoutsuite_private.h"

enum {
	MAX_ITEMS = 500000, /* of one document */
	MAX_CONTROLS = 50
};
#define MAX_WORK UINT64_C(1000000000)

/* Never read. */
static struct error ignored;

static const char *const no_paths[] = {NULL};

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_is_object(json_view_at(record, "services")) &&
	       json_view_is_object(json_view_at(record, "last_run")) &&
	       json_view_is_text(json_view_at(record, "provider_code")) &&
	       json_view_at(record, "account_id").doc != NULL;
}

/* A rule, and where it stands. */
struct rule {
	struct scout_report *report;
	struct json_view v;
	const char *service;
	const char *path; /* "ec2.regions.id.vpcs.id" */
	struct finding base;
	struct parse_output *out;
};

static void fill_controls(struct finding *f, struct json_view rule, struct arena *a)
{
	struct json_items it = {0};
	struct control_ref *refs;
	size_t n = 0;

	if (json_view_opt_items(rule, "compliance", &it, &ignored) != 0 || it.n == 0)
		return;
	refs = ARENA_ARRAY(a, struct control_ref,
	                   it.n > MAX_CONTROLS ? MAX_CONTROLS : it.n);
	while (n < MAX_CONTROLS && json_items_next(&it)) {
		const char *name = json_view_text_or(it.value, "name", "");
		const char *version = json_view_text_or(it.value, "version", "");

		if (name[0] == '\0')
			continue;
		refs[n].framework =
		        version[0] != '\0' ? ARENA_JOIN(a, name, " ", version) : name;
		refs[n++].requirement = json_view_text_or(it.value, "reference", "");
	}
	f->controls = refs;
	f->n_controls = n;
}

/* Its own two levels; "good" is what a report shows for a rule that nothing broke. */
static int severity_of_level(const char *level)
{
	if (strcasecmp(level, "danger") == 0)
		return severity_of_label("high");
	if (strcasecmp(level, "warning") == 0)
		return severity_of_label("medium");
	if (strcasecmp(level, "good") == 0)
		return severity_of_label("info");
	return SEV100_UNKNOWN;
}

static void fill_rule(struct rule *rule, const char *key, timestamp when)
{
	struct finding *f = &rule->base;

	finding_init(f);
	f->connector = "scoutsuite";
	f->engine = "scoutsuite";
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->class = CLASS_MISCONFIGURATION;
	f->rule = key;
	f->title = json_view_text_or(rule->v, "description", "");
	f->description = json_view_text_or(rule->v, "rationale", "");
	f->remediation = json_view_text_or(rule->v, "remediation", "");
	f->remediation_url = json_view_text_or(rule->v, "/references/0", "");
	f->severity_raw = json_view_text_or(rule->v, "level", "");
	f->sev100 = severity_of_level(f->severity_raw);
	f->last_seen = when;
	f->source_updated_at = when;
	fill_controls(f, rule->v, rule->report->arena);
}

static int add_item(struct rule *rule, const char *item, enum finding_state state,
                    struct error *err)
{
	struct scout_report *r = rule->report;
	struct resource resource;
	struct finding *f;

	if (scout_resource_of(r, item, rule->path, &resource, err) < 0)
		return err->code;
	f = parse_add_finding(rule->out);
	*f = rule->base;
	f->resource = resource;
	f->state = state;
	f->status_raw = state == FINDING_PASSING ? "passed" : "flagged";
	f->native_id = ARENA_JOIN(r->arena, provider_name(r->provider), "|", r->account,
	                          "|", f->rule, "|", item);
	f->scope = ARENA_JOIN(r->arena, resource.account, "/", resource.region, "/",
	                      rule->service);
	return 0;
}

/* A rule on one thing of the account: its passing is that of the item it would flag. */
static void add_passed(struct rule *rule)
{
	const char *suffix = json_view_text_or(rule->v, "id_suffix", "");
	struct arena *a = rule->report->arena;
	int64_t checked = 0;

	for (const char *at = rule->path; at != NULL; at = strchr(at, '.')) {
		at += *at == '.';
		if (strncmp(at, "id", 2) == 0 && (at[2] == '.' || at[2] == '\0'))
			return;
	}
	if (json_view_opt_int(rule->v, "checked_items", &checked, &ignored) != 0 ||
	    checked <= 0 || strncmp(suffix, "_ARG", 4) == 0 ||
	    strstr(suffix, "_GET_VALUE") != NULL)
		return;
	(void)!add_item(rule,
	                suffix[0] != '\0' ? ARENA_JOIN(a, rule->path, ".", suffix)
	                                  : rule->path,
	                FINDING_PASSING, &ignored);
}

static int add_rule(struct rule *rule, size_t *room, struct error *err)
{
	int64_t flagged = 0;
	struct json_items it = {0};

	if (json_view_opt_int(rule->v, "flagged_items", &flagged, err) != 0 ||
	    json_view_opt_items(rule->v, "items", &it, err) != 0)
		return err->code;
	if (flagged > 0 && it.n == 0)
		return error_set(err, ERR_INVALID, "%lld flagged items, but none is listed",
		                 (long long)flagged);
	if (it.n > *room)
		return error_set(err, ERR_INVALID, "more than %d items", MAX_ITEMS);
	*room -= it.n;
	if (it.n == 0)
		add_passed(rule);
	while (json_items_next(&it)) {
		const char *item = json_view_text_or(it.value, "", "");
		struct error why;

		if (item[0] == '\0')
			error_set(&why, ERR_INVALID, "an item is no path");
		else if (add_item(rule, item, FINDING_OPEN, &why) == 0)
			continue;
		parse_add_problem(
		        rule->out, it.value,
		        ARENA_JOIN(rule->report->arena, rule->base.rule, ": ", why.text));
	}
	return 0;
}

static void add_service(struct scout_report *r, struct json_view service, const char *name,
                        timestamp when, size_t *room, struct parse_output *out)
{
	struct json_items rules = {0};

	/* A service that could not be read is null, or has no findings. */
	if (!json_view_is_object(service) ||
	    json_view_opt_items(service, "findings", &rules, &ignored) != 0)
		return;
	while (json_items_next(&rules)) {
		struct rule rule = {.report = r, .v = rules.value, .out = out};
		struct error why;

		if (rules.key == NULL || !json_view_is_object(rules.value))
			continue;
		rule.path = json_view_text_or(rules.value, "path", name);
		rule.service = name;
		fill_rule(&rule, rules.key, when);
		if (add_rule(&rule, room, &why) < 0)
			parse_add_problem(out, rules.value,
			                  ARENA_JOIN(r->arena, rules.key, ": ", why.text));
	}
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const char *time = json_view_text_or(in->record, "/last_run/time", "");
	struct scout_report r = {.arena = out->arena, .work = MAX_WORK};
	timestamp when = TIMESTAMP_NONE;
	size_t room = MAX_ITEMS;
	struct json_items it = {0};

	r.services = json_view_at(in->record, "services");
	r.provider = provider_of_name(json_view_text_or(in->record, "provider_code", ""));
	r.account = json_view_text_or(in->record, "account_id", "");
	r.partition = json_view_text_or(in->record, "partition", "aws");
	if (r.account[0] == '\0')
		return error_set(err, ERR_INVALID, "\"account_id\" is missing");
	if (time[0] == '\0' || timestamp_parse_loose(time, &when, &ignored) != 0)
		when = TIMESTAMP_NONE;
	if (json_view_get_items(r.services, "", &it, err) != 0)
		return err->code;
	while (json_items_next(&it)) {
		if (it.key != NULL)
			add_service(&r, it.value, it.key, when, &room, out);
	}
	return 0;
}

const struct format scoutsuite = {
        .name = "scoutsuite",
        .record_paths = no_paths,
        .holds_many = true,
        .detect = detect,
        .parse = parse,
};
