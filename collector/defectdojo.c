/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as DefectDojo's API lists them: {"count", "next", "previous", "results":
 * [...]}, or one of the results alone.  "results" is too common a name to cut any
 * document at: the page is one record that holds many findings.
 *
 * Source: DefectDojo documentation, "API v2", /api/v2/findings/ and its parameter
 * prefetch.
 */
#include "dojo_finding.h"
#include "generic.h"
#include "table_row.h"

static bool is_finding(struct json_view v)
{
	int64_t id;
	bool flag;

	return json_view_int(json_view_at(v, "id"), &id) &&
	       json_view_is_text(json_view_at(v, "title")) &&
	       json_view_is_text(json_view_at(v, "severity")) &&
	       json_view_exists(json_view_at(v, "test")) &&
	       json_view_is_array(json_view_at(v, "found_by")) &&
	       json_view_bool(json_view_at(v, "active"), &flag) &&
	       json_view_bool(json_view_at(v, "duplicate"), &flag);
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_finding(record) || (json_view_exists(json_view_at(record, "count")) &&
	                              is_finding(json_view_at(record, "/results/0")));
}

/* Endpoints are ids of other objects, which the page has when it was asked for them. */
static void read_endpoints(struct dojo_finding *d, struct json_view v,
                           struct json_view page, struct arena *a)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(v, "endpoints", &it, &ignored) < 0)
		return;
	while (it.n > 0 && json_items_next(&it)) {
		struct json_view object = it.value;
		int64_t id;

		if (json_view_int(it.value, &id))
			object = json_view_at(
			        page,
			        arena_printf(a, "/prefetch/endpoints/%lld", (long long)id));
		dojo_add_endpoint(d, dojo_endpoint_text(object, a));
	}
}

static int add_finding(struct json_view v, struct json_view page, struct parse_output *out,
                       struct error *err)
{
	static const char product[] = "/related_fields/test/engagement/product/name";
	struct dojo_finding d;
	int64_t id;

	if (!json_view_int(json_view_at(v, "id"), &id))
		return error_set(err, ERR_INVALID, "id is missing");
	dojo_finding_init(&d);
	dojo_read(&d, v, out->arena);
	d.connector = "defectdojo";
	d.engine = "defectdojo";
	d.native_id = arena_printf(out->arena, "%lld", (long long)id);
	d.account = json_view_text_or(v, product, "defectdojo");
	d.updated = row_any(v, (const char *const[]){"last_status_update", "last_reviewed",
	                                             "created", NULL});
	read_endpoints(&d, v, page, out->arena);
	return dojo_add(&d, out, err);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const struct json_view none = {0}; /* a finding alone came without its page */
	struct json_items it = {0};

	if (!json_view_is_array(json_view_at(in->record, "results")))
		return add_finding(in->record, none, out, err);
	if (json_view_get_items(in->record, "results", &it, err) < 0)
		return err->code;
	while (json_items_next(&it)) {
		const size_t n = out->n_findings;

		if (add_finding(it.value, in->record, out, err) < 0) {
			out->n_findings = n;
			parse_add_problem(out, it.value, err->text);
		}
	}
	return 0;
}

const struct format defectdojo = {
        .name = "defectdojo",
        .record_paths = (const char *const[]){NULL},
        .holds_many = true,
        .detect = detect,
        .parse = parse,
};
