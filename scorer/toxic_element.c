/* SPDX-License-Identifier: Apache-2.0 */
#include "toxic_element.h"

#include <string.h>

#include "model/control_catalog.h"

/* A risk on trial. */
struct trial {
	const struct risk_group *g;
	const struct finding_category *category;
	const struct score_inputs *inputs;
	const struct score *score;
};

static bool any_rule_matches(const struct risk_group *g, const struct toxic_test *test)
{
	for (size_t i = 0; i < g->n_members; i++) {
		const struct evidence *e = g->members[i].e;

		if ((!test->connector || strcmp(test->connector, e->connector) == 0) &&
		    rule_pattern_matches(test->text, e->rule))
			return true;
	}
	return false;
}

static bool holds(const struct toxic_test *test, const struct trial *x)
{
	const struct score_inputs *in = x->inputs;

	switch (test->kind) {
	case TOXIC_CATEGORY:
		return !in->is_cve && strcmp(test->text, x->category->name) == 0;
	case TOXIC_DOMAIN:
		return !in->is_cve && *x->g->category &&
		       strcmp(test->text, x->category->domain->name) == 0;
	case TOXIC_CONTROL:
		return x->g->control && rule_pattern_matches(test->text, x->g->control->id);
	case TOXIC_RULE:
		return !in->is_cve && any_rule_matches(x->g, test);
	case TOXIC_EXPLOITED:
		return in->is_cve && in->maturity >= MATURITY_ACTIVE;
	case TOXIC_TAKEOVER:
		return in->is_cve && in->automatable && in->total;
	case TOXIC_LIKELIHOOD:
		return in->is_cve && x->score->points[FACTOR_LIKELIHOOD] >= test->number;
	}
	return false;
}

int64_t toxic_elements_of(const struct toxic_rules *rules, const struct risk_group *g,
                          const struct finding_category *category,
                          const struct score_inputs *inputs, const struct score *score)
{
	const struct trial x = {g, category, inputs, score};
	int64_t elements = 0;

	for (size_t i = 0; i < rules->n_tests; i++) {
		const struct toxic_test *test = &rules->tests[i];

		if (!(elements & test->element) && holds(test, &x))
			elements |= test->element;
	}
	return elements;
}
