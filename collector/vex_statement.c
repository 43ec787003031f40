/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VEX statement as a finding: it says of a product's vulnerability that it is one,
 * or that it is none, and why.  So it is no scan's result but evidence about one.
 */
#include "vex_statement.h"

#include <stdlib.h>
#include <string.h>

#include "purl.h"
#include "text_part.h"

static const struct {
	const char *status;
	enum finding_state state;
} states[] = {
        /* OpenVEX, "Status labels". */
        {"not_affected", FINDING_SUPPRESSED},
        {"affected", FINDING_OPEN},
        {"fixed", FINDING_RESOLVED},
        {"under_investigation", FINDING_UNKNOWN},
        /* CycloneDX, impactAnalysisState. */
        {"false_positive", FINDING_SUPPRESSED},
        {"exploitable", FINDING_OPEN},
        {"resolved", FINDING_RESOLVED},
        {"resolved_with_pedigree", FINDING_RESOLVED},
        {"in_triage", FINDING_UNKNOWN},
};

bool vex_state(const char *status, enum finding_state *out)
{
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		if (strcmp(status, states[i].status) == 0) {
			*out = states[i].state;
			return true;
		}
	}
	return false;
}

/* The package is the component's; a product that is a package is its own. */
static void set_package(struct finding *f, const struct vex_statement *s, struct arena *a)
{
	struct purl p;

	f->package = s->package;
	f->package_version = s->version;
	if (s->component[0] == '\0' && strcmp(f->resource.type, "product") != 0)
		return;
	if (purl_parse(text_either(s->component, s->product), a, &p)) {
		f->package = purl_package(&p, a);
		f->package_version = p.version;
	} else if (f->package[0] == '\0') {
		f->package = s->component;
	}
}

static void set_resource(struct finding *f, const struct vex_statement *s, struct arena *a)
{
	struct resource canonical;

	purl_set_resource(&f->resource, s->product, a);
	if (s->image[0] != '\0' && strcmp(f->resource.type, "container.image") != 0) {
		f->resource.type = "container.image";
		f->resource.raw = s->image;
	}
	canonical = f->resource;
	resource_canonicalize(&canonical, a);
	f->scope = canonical.id;
}

struct finding *vex_add(const struct vex_statement *s, struct parse_output *out,
                        struct error *err)
{
	struct arena *a = out->arena;
	enum finding_state state;
	struct finding *f;

	if (s->id[0] == '\0' || (s->product[0] == '\0' && s->image[0] == '\0')) {
		error_set(err, ERR_INVALID, "the statement names no %s",
		          s->id[0] == '\0' ? "vulnerability" : "product");
		return NULL;
	}
	if (!vex_state(s->status, &state)) {
		error_set(err, ERR_INVALID, "unknown status \"%.40s\"", s->status);
		return NULL;
	}
	f = parse_add_finding(out);
	f->connector = s->connector;
	f->engine = "vex";
	f->class = CLASS_VULNERABILITY;
	f->cve = s->id;
	f->rule = s->id;
	f->state = state;
	f->status_raw = s->why[0] != '\0' ? arena_printf(a, "%s: %s", s->status, s->why)
	                                  : s->status;
	set_resource(f, s, a);
	set_package(f, s, a);
	f->title = arena_printf(a, "%s: %s%s%s", s->id, s->status,
	                        f->package[0] ? " in " : "", f->package);
	f->description = s->text[0] != '\0' && s->why[0] != '\0'
	                         ? arena_printf(a, "%s: %s", s->why, s->text)
	                         : text_either(s->text, s->why);
	f->remediation = s->action;
	f->last_seen = s->at;
	f->source_updated_at = s->at;
	f->native_id = arena_printf(a, "%s|%s|%s|%s|%s", s->author, f->scope, f->package,
	                            f->package_version, s->id);
	return f;
}

/* The latest statement. */

struct placed {
	const struct finding *f;
	size_t index;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	const int order = strcmp(x->f->native_id, y->f->native_id);

	if (order != 0)
		return order;
	if (x->f->source_updated_at != y->f->source_updated_at)
		return x->f->source_updated_at < y->f->source_updated_at ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

void vex_keep_latest(struct parse_output *out, size_t first)
{
	const size_t n = out->n_findings - first;
	struct placed *all;
	bool *is_old;
	size_t kept = first;

	if (n < 2)
		return;
	all = ARENA_ARRAY(out->arena, struct placed, n);
	is_old = ARENA_ARRAY(out->arena, bool, n);
	for (size_t i = 0; i < n; i++)
		all[i] = (struct placed){.f = &out->findings[first + i], .index = i};
	qsort(all, n, sizeof(*all), compare_placed);
	for (size_t i = 0; i + 1 < n; i++)
		is_old[all[i].index] =
		        strcmp(all[i].f->native_id, all[i + 1].f->native_id) == 0;
	for (size_t i = 0; i < n; i++)
		if (!is_old[i])
			out->findings[kept++] = out->findings[first + i];
	out->n_findings = kept;
}
