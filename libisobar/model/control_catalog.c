/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups in the control catalogue.  Aliases are thousands and asked for every
 * finding: binary search.  Patterns are a few dozen a connector: tried in turn.
 */
#include "model/control_catalog.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/pattern.h"

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct control *)a)->id, ((const struct control *)b)->id);
}

static int by_rule(const void *pa, const void *pb)
{
	const struct control_alias *a = pa, *b = pb;
	const int d = strcmp(a->rule, b->rule); /* differs sooner than the connector */

	return d ? d : strcmp(a->connector, b->connector);
}

static int by_position(const void *pa, const void *pb)
{
	const struct rule_pattern *a = pa, *b = pb;
	const int d = strcmp(a->connector, b->connector);

	return d ? d : a->position - b->position;
}

void control_catalog_sort(struct control_catalog *c)
{
	qsort(c->controls, c->n_controls, sizeof(*c->controls), by_id);
	qsort(c->aliases, c->n_aliases, sizeof(*c->aliases), by_rule);
	qsort(c->patterns, c->n_patterns, sizeof(*c->patterns), by_position);
}

const struct control *control_of(const struct control_catalog *c, const char *connector,
                                 const char *rule)
{
	const struct control_alias key = {.connector = connector, .rule = rule};
	const struct control_alias *alias =
	        bsearch(&key, c->aliases, c->n_aliases, sizeof(key), by_rule);

	if (!alias)
		return NULL;
	const struct control id = {.id = alias->control};

	return bsearch(&id, c->controls, c->n_controls, sizeof(id), by_id);
}

bool rule_pattern_matches(const char *pattern, const char *text)
{
	return pattern_matches(pattern, strlen(pattern), text);
}

const char *rule_category_of(const struct control_catalog *c, const char *connector,
                             const char *rule)
{
	size_t low = 0, high = c->n_patterns;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (strcmp(c->patterns[mid].connector, connector) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->n_patterns; low++) {
		if (strcmp(c->patterns[low].connector, connector) != 0)
			return NULL;
		if (rule_pattern_matches(c->patterns[low].pattern, rule))
			return c->patterns[low].category;
	}
	return NULL;
}
