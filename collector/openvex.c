/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenVEX documents: statements on which vulnerabilities a product has, by who makes
 * or runs it.  A record is the whole document: statements inherit its time.
 *
 * Source: OpenVEX Specification 0.2.0 and 0.0.1 (there texts stand for the objects).
 */
#include <string.h>

#include "advisory_id.h"
#include "text_part.h"
#include "vex.h"
#include "vex_statement.h"
#include "view_time.h"

static const char *const no_paths[] = {NULL};

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return text_begins(json_view_text_or(record, "@context", ""),
	                   "https://openvex.dev/ns") &&
	       json_view_is_array(json_view_at(record, "statements"));
}

/* A purl where the component has one, else its id; before 0.2.0 it is the text. */
static const char *component_id(struct json_view v)
{
	const char *id = json_view_text_or(v, "@id", json_view_text_or(v, "", ""));
	const char *purl = json_view_text_or(v, "/identifiers/purl", "");

	return text_begins(id, "pkg:") ? id : text_either(purl, id);
}

/* "CVE-2026-0001", {"name": ...}, or the end of {"@id": "https://.../CVE-2026-0001"}. */
static const char *vulnerability_id(struct json_view v)
{
	const char *id = json_view_text_or(v, "@id", "");
	const char *slash = strrchr(id, '/');

	return text_either(json_view_text_or(v, "name", json_view_text_or(v, "", "")),
	                   slash ? slash + 1 : id);
}

static timestamp time_of(struct json_view statement, timestamp of_document)
{
	static const char *const keys[] = {"last_updated", "timestamp"};

	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		const timestamp t = view_time(statement, keys[i]);

		if (t != TIMESTAMP_NONE)
			return t;
	}
	return of_document;
}

static int add_component(struct vex_statement *s, struct json_view statement,
                         struct json_view component, struct parse_output *out,
                         struct error *err)
{
	struct finding *f;

	s->component = component_id(component);
	f = vex_add(s, out, err);
	if (!f)
		return err->code;
	advisory_set_aliases(f, "", json_view_at(statement, "/vulnerability/aliases"),
	                     out->arena);
	return 0;
}

/* Its subcomponents are the statement's (0.0.1) or its own. */
static int add_product(struct vex_statement *s, struct json_view statement,
                       struct json_view product, struct parse_output *out,
                       struct error *err)
{
	struct json_view list = json_view_at(product, "subcomponents");
	struct json_items it = {0};

	if (!json_view_is_array(list))
		list = json_view_at(statement, "subcomponents");
	s->product = component_id(product);
	if (json_view_opt_items(list, "", &it, err) < 0)
		return err->code;
	if (it.n == 0)
		return add_component(s, statement, (struct json_view){0}, out, err);
	while (json_items_next(&it))
		if (add_component(s, statement, it.value, out, err) < 0)
			return err->code;
	return 0;
}

static int add_statement(struct json_view v, struct json_view document,
                         struct parse_output *out, struct error *err)
{
	struct vex_statement s = {
	        .connector = "openvex",
	        .author = json_view_text_or(document, "author", ""),
	        .id = vulnerability_id(json_view_at(v, "vulnerability")),
	        .image = "",
	        .component = "",
	        .package = "",
	        .version = "",
	        .status = json_view_text_or(v, "status", ""),
	        .why = json_view_text_or(v, "justification", ""),
	        .text = text_either(json_view_text_or(v, "impact_statement", ""),
	                            json_view_text_or(v, "status_notes", "")),
	        .action = json_view_text_or(v, "action_statement", ""),
	        .at = time_of(v, time_of(document, TIMESTAMP_NONE)),
	};
	struct json_items it = {0};

	if (json_view_opt_items(v, "products", &it, err) < 0)
		return err->code;
	if (it.n == 0)
		return error_set(err, ERR_INVALID, "the statement names no product");
	while (json_items_next(&it))
		if (add_product(&s, v, it.value, out, err) < 0)
			return err->code;
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const size_t first = out->n_findings;
	struct json_items it = {0};

	if (json_view_get_items(in->record, "statements", &it, err) < 0)
		return err->code;
	for (size_t n = 0; json_items_next(&it); n++) {
		const size_t before = out->n_findings;

		if (add_statement(it.value, in->record, out, err) < 0) {
			out->n_findings = before;
			error_wrap(err, "statements[%zu]", n);
			parse_add_problem(out, it.value, err->text);
		}
	}
	vex_keep_latest(out, first);
	return 0;
}

const struct format openvex = {
        .name = "openvex",
        .record_paths = no_paths,
        .holds_many = true,
        .detect = detect,
        .parse = parse,
};
