/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CycloneDX documents with a list of vulnerabilities: statements of a VEX, which have
 * an analysis, and what a scanner found, which has none yet.  A record is the whole
 * document: vulnerabilities refer to its components.  One that only lists components
 * is an inventory and not read.
 *
 * Source: CycloneDX specification 1.4 to 1.6, "vulnerabilities"; BOM-Link.
 */
#include <stdlib.h>
#include <string.h>

#include "model/severity.h"

#include "advisory_id.h"
#include "cvss_choice.h"
#include "text_part.h"
#include "vex.h"
#include "vex_statement.h"
#include "view_time.h"

enum {
	MAX_DEPTH = 8 /* of components in components */
};

static const char *const no_paths[] = {NULL};

/* Never read; on the stack it would be zeroed for every value. */
static struct error ignored;

struct component {
	const char *ref;
	struct json_view view;
};

struct bom {
	struct arena *arena;
	struct json_view subject;     /* what it is a BOM of; may not exist */
	struct component *components; /* by ref */
	size_t n_components, room;
	const char *tool; /* who wrote it, in lower case */
	timestamp at;
};

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return strcmp(json_view_text_or(record, "bomFormat", ""), "CycloneDX") == 0 &&
	       json_view_is_array(json_view_at(record, "vulnerabilities"));
}

/* Components. */

static void add_component(struct bom *bom, struct json_view v)
{
	const char *ref = json_view_text_or(v, "bom-ref", "");

	if (ref[0] == '\0')
		return;
	if (bom->n_components == bom->room) {
		struct component *old = bom->components;

		bom->room = bom->room ? bom->room * 2 : 64;
		bom->components = ARENA_ARRAY(bom->arena, struct component, bom->room);
		if (old)
			memcpy(bom->components, old, bom->n_components * sizeof(*old));
	}
	bom->components[bom->n_components++] = (struct component){.ref = ref, .view = v};
}

static void add_components(struct bom *bom, struct json_view owner, unsigned int depth)
{
	struct json_items it = {0};

	if (depth > MAX_DEPTH ||
	    json_view_opt_items(owner, "components", &it, &ignored) < 0)
		return;
	while (json_items_next(&it)) {
		add_component(bom, it.value);
		add_components(bom, it.value, depth + 1);
	}
}

static int compare_refs(const void *a, const void *b)
{
	const struct component *x = a, *y = b;

	return strcmp(x->ref, y->ref);
}

/* "urn:cdx:serial/version#ref" refers to another document's component. */
static const char *ref_of(const char *ref)
{
	const char *hash = text_begins(ref, "urn:cdx:") ? strchr(ref, '#') : NULL;

	return hash ? hash + 1 : ref;
}

static struct json_view component_of(const struct bom *bom, const char *ref)
{
	const struct component key = {.ref = ref_of(ref)};
	const struct component *found =
	        bom->n_components == 0 ? NULL
	                               : bsearch(&key, bom->components, bom->n_components,
	                                         sizeof(key), compare_refs);

	return found ? found->view : (struct json_view){0};
}

static const char *tool_of(struct json_view document, struct arena *a)
{
	static const char *const places[] = {"/metadata/tools/components/0/name",
	                                     "/metadata/tools/0/name"};

	for (size_t i = 0; i < N_ELEMENTS(places); i++) {
		const char *name = json_view_text_or(document, places[i], "");

		if (name[0] != '\0')
			return text_lower(name, a);
	}
	return "cyclonedx";
}

static struct bom bom_of(struct json_view document, struct arena *a)
{
	struct bom bom = {.arena = a,
	                  .subject = json_view_at(document, "/metadata/component"),
	                  .tool = tool_of(document, a),
	                  .at = view_time(document, "/metadata/timestamp")};

	add_component(&bom, bom.subject);
	add_components(&bom, bom.subject, 0);
	add_components(&bom, document, 0);
	if (bom.n_components > 0)
		qsort(bom.components, bom.n_components, sizeof(*bom.components),
		      compare_refs);
	return bom;
}

/* Statements. */

/* Of a component: its purl, else its name. */
static const char *component_id(struct json_view v, const char *fallback)
{
	return text_either(json_view_text_or(v, "purl", ""),
	                   json_view_text_or(v, "name", fallback));
}

static void set_product(struct vex_statement *s, const struct bom *bom, const char *ref)
{
	const char *own = json_view_text_or(bom->subject, "bom-ref", "");
	const struct json_view affected = component_of(bom, ref);

	s->component = s->package = s->version = s->image = "";
	if (!json_view_is_object(bom->subject)) {
		s->product = component_id(affected, ref_of(ref));
		return;
	}
	s->product = component_id(bom->subject, own);
	if (strcmp(json_view_text_or(bom->subject, "type", ""), "container") == 0)
		s->image = json_view_text_or(bom->subject, "name", "");
	if (ref[0] == '\0' || strcmp(ref_of(ref), own) == 0)
		return;
	s->component = component_id(affected, ref_of(ref));
	s->package = json_view_text_or(affected, "name", "");
	s->version = json_view_text_or(affected, "version", "");
}

/* "CVSSv31": the version as the choice of scores knows it. */
static const char *version_of(const char *method)
{
	static const struct {
		const char *method, *version;
	} rows[] = {
	        {"CVSSv2", "2.0"},
	        {"CVSSv31", "3.1"},
	        {"CVSSv3", "3.0"},
	        {"CVSSv4", "4.0"},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcmp(method, rows[i].method) == 0)
			return rows[i].version;
	return "";
}

static void set_severity(struct finding *f, struct json_view v)
{
	struct cvss_choice best = {0};
	struct json_items it = {0};

	if (json_view_opt_items(v, "ratings", &it, &ignored) < 0)
		return;
	while (json_items_next(&it)) {
		const char *label = json_view_text_or(it.value, "severity", "");
		const char *source = json_view_text_or(it.value, "/source/name", "");
		int64_t sev100 = -1;

		if (f->severity_raw[0] == '\0') {
			f->severity_raw = label;
			f->sev100 = severity_of_label(label);
		}
		if (json_view_opt_scaled(it.value, "score", 10, &sev100, &ignored) == 0)
			cvss_choice_offer(
			        &best,
			        version_of(json_view_text_or(it.value, "method", "")),
			        sev100, json_view_text_or(it.value, "vector", ""),
			        text_begins_nocase(source, "nvd"));
	}
	if (best.rank > 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
}

static void set_aliases(struct finding *f, struct json_view v, struct arena *a)
{
	const struct json_view references = json_view_at(v, "references");
	const size_t n = json_view_array_size(references);
	const char **all = ARENA_ARRAY(a, const char *, n > 0 ? n : 1);
	struct json_items it = {0};

	if (n == 0 || json_view_opt_items(references, "", &it, &ignored) < 0)
		return;
	while (f->n_cve_aliases < 16 && json_items_next(&it)) {
		const char *id = json_view_text_or(it.value, "id", "");

		if (advisory_is_one_flaw(id) && strcmp(id, f->cve) != 0)
			all[f->n_cve_aliases++] = id;
	}
	f->cve_aliases = f->n_cve_aliases > 0 ? all : NULL;
}

static int add_affected(const struct bom *bom, struct vex_statement *s, const char *ref,
                        struct json_view v, struct parse_output *out, struct error *err)
{
	const bool is_analysed = json_view_text_or(v, "/analysis/state", "")[0] != '\0';
	struct finding *f;

	set_product(s, bom, ref);
	f = vex_add(s, out, err);
	if (!f)
		return err->code;
	/* Nobody has stated anything: a scanner has found it. */
	if (!is_analysed) {
		f->engine = bom->tool;
		f->status_raw = "";
	}
	set_severity(f, v);
	set_aliases(f, v, out->arena);
	return 0;
}

static int add_vulnerability(const struct bom *bom, struct json_view v,
                             struct parse_output *out, struct error *err)
{
	const struct json_view analysis = json_view_at(v, "analysis");
	const char *detail = json_view_text_or(analysis, "detail", "");
	const timestamp at = view_time(analysis, "lastUpdated");
	struct vex_statement s = {
	        .connector = "cyclonedx_vex",
	        .author = "",
	        .id = json_view_text_or(v, "id", ""),
	        .status = text_either(json_view_text_or(analysis, "state", ""), "affected"),
	        .why = json_view_text_or(analysis, "justification", ""),
	        .text = text_either(detail, json_view_text_or(v, "description", "")),
	        .action = json_view_text_or(v, "recommendation", ""),
	        .at = at != TIMESTAMP_NONE ? at : bom->at,
	};
	struct json_items it = {0};

	if (json_view_opt_items(v, "affects", &it, err) < 0)
		return err->code;
	if (it.n == 0)
		return add_affected(bom, &s, "", v, out, err);
	while (json_items_next(&it))
		if (add_affected(bom, &s, json_view_text_or(it.value, "ref", ""), v, out,
		                 err) < 0)
			return err->code;
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const size_t first = out->n_findings;
	struct json_items it = {0};
	struct bom bom;

	if (json_view_get_items(in->record, "vulnerabilities", &it, err) < 0)
		return err->code;
	bom = bom_of(in->record, out->arena);
	for (size_t n = 0; json_items_next(&it); n++) {
		const size_t before = out->n_findings;

		if (add_vulnerability(&bom, it.value, out, err) < 0) {
			out->n_findings = before;
			error_wrap(err, "vulnerabilities[%zu]", n);
			parse_add_problem(out, it.value, err->text);
		}
	}
	vex_keep_latest(out, first);
	return 0;
}

const struct format cyclonedx_vex = {
        .name = "cyclonedx-vex",
        .record_paths = no_paths,
        .holds_many = true,
        .detect = detect,
        .parse = parse,
};
