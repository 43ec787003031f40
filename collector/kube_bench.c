/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of kube-bench: {"Controls": [...], "Totals": {...}}, before 0.4 a bare array or
 * one object of controls.  Each has a benchmark, a kind of node, and groups ("tests")
 * of checks ("results").  Neither cluster nor node is named.
 *
 * Source: check/controls.go and check/check.go of kube-bench.
 */
#include "kube_bench.h"

#include <ctype.h>
#include <string.h>

#include "model/severity.h"

#include "text_part.h"

/* The controls of one kind of node. */
struct controls {
	struct arena *arena;
	const char *benchmark; /* "cis-1.23" */
	const char *node_type; /* "master", "etcd", "node", "policies", ... */
};

static bool is_controls(struct json_view v)
{
	return json_view_is_text(json_view_at(v, "version")) &&
	       json_view_is_text(json_view_at(v, "node_type")) &&
	       json_view_at(v, "tests").doc != NULL;
}

static bool is_document(struct json_view v)
{
	int64_t total;

	return json_view_at(v, "Controls").doc != NULL &&
	       json_view_int(json_view_at(v, "/Totals/total_pass"), &total) &&
	       json_view_int(json_view_at(v, "/Totals/total_fail"), &total);
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_document(record) || is_controls(record);
}

/*
 * WARN is a failure of a check that does not count, and what a person is to look at:
 * a manual test, or one without anything to compare.
 */
static enum finding_state state_of(struct json_view v, const char *status)
{
	const char *reason = json_view_text_or(v, "reason", "");

	if (strcmp(status, "PASS") == 0)
		return FINDING_PASSING;
	if (strcmp(status, "FAIL") == 0)
		return FINDING_OPEN;
	if (strcmp(status, "INFO") == 0)
		return FINDING_NOT_APPLICABLE;
	if (strcmp(status, "WARN") != 0 ||
	    strcmp(json_view_text_or(v, "type", ""), "manual") == 0 ||
	    text_begins(reason, "Test marked as a manual test") ||
	    text_begins(reason, "There are no test"))
		return FINDING_UNKNOWN;
	return FINDING_OPEN;
}

static void fill_texts(struct finding *f, struct json_view v, struct arena *a)
{
	const char *reason = json_view_text_or(v, "reason", "");
	const char *expected = json_view_text_or(v, "expected_result", "");

	f->title = json_view_text_or(v, "test_desc", f->rule);
	/* Not actual_value: it is a command line, tokens and all. */
	f->description = ARENA_JOIN(a, reason,
	                            reason[0] != '\0' && expected[0] != '\0' ? "\n\n" : "",
	                            expected[0] != '\0' ? "Expected: " : "", expected);
	f->remediation = json_view_text_or(v, "remediation", "");
}

static int add_check(const struct controls *c, struct json_view v, struct parse_output *out,
                     struct error *err)
{
	struct control_ref *ref;
	struct finding *f;
	const char *number;

	if (json_view_get_text(v, "test_number", &number, err) < 0)
		return err->code;
	f = parse_add_finding(out);
	f->connector = "kube_bench";
	f->engine = "kube_bench";
	f->class = CLASS_MISCONFIGURATION;
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->rule = ARENA_JOIN(c->arena, c->benchmark, ":", number);
	f->native_id = ARENA_JOIN(c->arena, f->rule, "|", c->node_type);
	f->status_raw = json_view_text_or(v, "status", "");
	f->state = state_of(v, f->status_raw);
	fill_texts(f, v, c->arena);
	f->resource.type = "kubernetes.node";
	f->resource.name = c->node_type;
	f->resource.raw = ARENA_JOIN(c->arena, "kubernetes/", c->node_type);
	f->scope = f->resource.raw;
	ref = ARENA_NEW(c->arena, struct control_ref);
	*ref = (struct control_ref){c->benchmark, number};
	f->controls = ref;
	f->n_controls = 1;
	return 0;
}

static int add_group(const struct controls *c, struct json_view group,
                     struct parse_output *out, struct error *err)
{
	struct json_items it = {0};

	if (json_view_opt_items(group, "results", &it, err) < 0)
		return err->code;
	while (json_items_next(&it))
		if (add_check(c, it.value, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	return 0;
}

static int add_controls(struct json_view v, struct parse_output *out, struct error *err)
{
	const char *version = json_view_text_or(v, "version", "");
	struct controls c = {.arena = out->arena,
	                     .benchmark = version,
	                     .node_type = json_view_text_or(v, "node_type", "")};
	struct json_items it = {0};

	if (version[0] == '\0' || c.node_type[0] == '\0')
		return error_set(err, ERR_INVALID, "names no %s",
		                 version[0] == '\0' ? "version" : "node_type");
	/* Until 0.4 "1.6", where it is "cis-1.6" later. */
	if (isdigit((unsigned char)version[0]) != 0)
		c.benchmark = ARENA_JOIN(c.arena, "cis-", version);
	if (json_view_opt_items(v, "tests", &it, err) < 0)
		return err->code;
	while (json_items_next(&it))
		if (add_group(&c, it.value, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_items it = {0};

	if (is_controls(in->record))
		return add_controls(in->record, out, err);
	if (json_view_opt_items(in->record, "Controls", &it, err) < 0)
		return err->code;
	while (json_items_next(&it))
		if (add_controls(it.value, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	return 0;
}

const struct format kube_bench = {
        .name = "kube-bench",
        .record_paths = (const char *const[]){NULL},
        .holds_many = true,
        .detect = detect,
        .secret_keys = (const char *const[]){"actual_value", NULL},
        .parse = parse,
};
