/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is claimed of an asset, as the factors of exposure, criticality, data and privilege
 * show it.
 */
#include <string.h>

#include "base/json_view.h"
#include "model/json_write.h"

#include "explanation.h"

#define CONTEXT_SIZE_MAX (4u << 20)
#define CONTEXT_DEPTH    8

static int field_of(enum factor factor)
{
	switch (factor) {
	case FACTOR_EXPOSURE:
		return CONTEXT_EXPOSURE;
	case FACTOR_CRITICALITY:
		return CONTEXT_CRITICALITY;
	case FACTOR_DATA:
		return CONTEXT_SENSITIVITY;
	case FACTOR_PRIVILEGE:
		return CONTEXT_PRIVILEGE;
	case FACTOR_SEVERITY:
	case FACTOR_LIKELIHOOD:
	case FACTOR_MATURITY:
	case FACTOR_AUTOMATABLE:
	case FACTOR_TOTAL_IMPACT:
	case FACTOR_PATH:
	case FACTOR_FAILING_LAYERS:
	case FACTOR_CORROBORATION:
	case FACTOR_POLICY:
		break;
	}
	return -1;
}

static size_t read_claims(struct json_view context, enum context_field field,
                          struct arena *a, struct explanation_claim **out)
{
	struct json_items it;
	struct error err;
	size_t n = 0;

	if (!json_view_exists(json_view_at(context, context_field_name(field))) ||
	    json_view_get_items(context, context_field_name(field), &it, &err) < 0)
		return 0;
	*out = ARENA_ARRAY(a, struct explanation_claim, it.n + 1);
	while (json_items_next(&it)) {
		struct explanation_claim *c = &(*out)[n++];
		int64_t level = -1;

		json_view_int(json_view_at(it.value, "level"), &level);
		c->field = field;
		c->level = (int)level;
		c->origin = arena_strdup(a, json_view_text_or(it.value, "origin", ""));
		c->evidence = arena_strdup(a, json_view_text_or(it.value, "evidence", ""));
		c->contradicts = c->level != (*out)[0].level;
	}
	return n;
}

size_t explanation_claims(const struct explanation *e, enum factor factor, struct arena *a,
                          struct explanation_claim **out)
{
	CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
	const int field = field_of(factor);
	struct json_view context;
	struct error err;
	size_t n;

	*out = NULL;
	if (field < 0 || !e->context)
		return 0;
	doc = json_doc_new(CONTEXT_SIZE_MAX, CONTEXT_DEPTH);
	if (json_doc_parse(doc, e->context, strlen(e->context), &context, &err) < 0)
		return 0;
	n = read_claims(context, (enum context_field)field, a, out);
	/* Where nobody rates the criticality the environment gives it. */
	return n || field != CONTEXT_CRITICALITY
	               ? n
	               : read_claims(context, CONTEXT_ENVIRONMENT, a, out);
}

void explanation_write_claims(struct strbuf *b, const struct explanation *e,
                              enum factor factor)
{
	ARENA_SCOPED a = arena_new(1024);
	struct explanation_claim *claims;
	const size_t n = explanation_claims(e, factor, a, &claims);

	json_write_open(b, "claims", '[');
	for (size_t i = 0; i < n; i++) {
		const struct explanation_claim *c = &claims[i];

		json_write_open(b, NULL, '{');
		json_write_text(b, "field", context_field_name(c->field));
		json_write_text(b, "level", context_level_name(c->field, c->level));
		json_write_text(b, "origin", c->origin);
		json_write_text(b, "evidence", c->evidence);
		json_write_bool(b, "contradicts", c->contradicts);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}
