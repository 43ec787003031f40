/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counterfactuals against brute force: no smaller change lowers the band, no combination
 * of what is unknown leaves the bounds.  The seed is printed; ISOBAR_SEED=N repeats a run.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/counterfactual.h"
#include "support/catalog_file.h"
#include "support/random.h"

enum {
	N_CASES = 60000,
	N_COMBINED = 1500 /* each is thousands of scores */
};

static struct arena *arena;
static struct score_model *model;

/* --- random cases --- */

static int random_epss(void)
{
	int limit = 10;

	for (int i = random_below(5); i > 0; i--)
		limit *= 10;
	return 1 + random_below(limit);
}

/* As paths are found: docs/paths.md, "Levels". */
static enum path_level level_of_path(const struct score_inputs *in)
{
	if (in->exposure == EXPOSURE_OPEN && in->crit == CRITICALITY_MISSION)
		return PATH_TO_CROWN_JEWEL;
	if (in->exposure == EXPOSURE_OPEN && in->crit == CRITICALITY_IMPORTANT)
		return PATH_TO_HIGH_VALUE;
	return PATH_TOXIC_RULE;
}

/* What follows from exposure and criticality of a path, and of what is no CVE. */
static void derive(const struct counterfactual_case *c, struct score_inputs *in)
{
	if (c->is_path)
		in->path = level_of_path(in);
	else if (!in->is_cve)
		in->automatable =
		        c->automatable_if_exposed && in->exposure >= EXPOSURE_FILTERED;
}

static void random_basis(struct counterfactual_case *c)
{
	struct score_inputs *in = &c->inputs;

	for (int i = 0; i < N_INPUTS; i++)
		c->basis[i] = BASIS_REPORTED;
	if (!c->is_path && random_below(4) == 0) {
		in->sev100 = 50;
		c->basis[INPUT_SEVERITY] = BASIS_ASSUMED;
	}
	if (!c->is_path && random_below(4) == 0)
		c->basis[INPUT_LIKELIHOOD] = BASIS_ASSUMED;
	if (!c->is_path && in->maturity == MATURITY_NONE)
		c->basis[INPUT_MATURITY] = BASIS_ASSUMED;
	if (in->exposure == EXPOSURE_UNKNOWN && !c->is_path)
		c->basis[INPUT_EXPOSURE] = BASIS_ASSUMED;
	if (in->crit == CRITICALITY_UNKNOWN && !c->is_path)
		c->basis[INPUT_CRITICALITY] = BASIS_ASSUMED;
	if (in->data == SENSITIVITY_UNKNOWN && !c->is_path)
		c->basis[INPUT_SENSITIVITY] = BASIS_ASSUMED;
	if (in->priv == PRIVILEGE_UNKNOWN && !c->is_path)
		c->basis[INPUT_PRIVILEGE] = BASIS_ASSUMED;
}

/* As the scorer makes them: what follows from other inputs does. */
static struct counterfactual_case random_case(void)
{
	struct counterfactual_case c = {
	        .is_path = random_below(4) == 0,
	        .automatable_if_exposed = random_below(2) == 1,
	};
	struct score_inputs *in = &c.inputs;

	in->is_cve = !c.is_path && random_below(2) == 1;
	c.is_vulnerability = in->is_cve || (!c.is_path && random_below(4) == 0);
	in->sev100 = random_below(8) == 0 ? 0 : random_below(101);
	in->lik_kind = in->is_cve ? LIKELIHOOD_EPSS : LIKELIHOOD_CLASS;
	in->lik = in->is_cve ? random_epss() : random_below(5);
	in->maturity = random_below(2)
	                       ? MATURITY_NONE
	                       : (enum maturity)random_below(MATURITY_RANSOMWARE + 1);
	in->automatable = random_below(2) == 1;
	in->total = random_below(2) == 1;
	in->exposure = (enum exposure)random_below(EXPOSURE_OPEN + 1);
	in->crit = (enum criticality)random_below(CRITICALITY_MISSION + 1);
	in->data = (enum sensitivity)random_below(SENSITIVITY_REGULATED + 1);
	in->priv = (enum privilege)random_below(PRIVILEGE_ADMIN + 1);
	in->path = (enum path_level)random_below(PATH_TO_CROWN_JEWEL + 1);
	in->applicable = random_below(7);
	in->failing = random_below(in->applicable + 1);
	in->corr = (enum corroboration)random_below(CORROBORATION_INDEPENDENT + 1);
	derive(&c, in);
	c.fixed = random_below(4) == 0 ? 1u << FACTOR_EXPOSURE : 0;
	if (c.is_path)
		c.fixed = 1u << FACTOR_PATH;
	random_basis(&c);
	return c;
}

static void fail_case(const char *why, const struct counterfactual_case *c, int got,
                      int want)
{
	int32_t row[N_INPUTS];
	const char *text = "";

	inputs_to_row(&c->inputs, row);
	for (int i = 0; i < N_INPUTS; i++)
		text = arena_printf(arena, "%s %d/%d", text, row[i], (int)c->basis[i]);
	fail_msg("%s: %d, not %d; path %d, vulnerability %d, if exposed %d, fixed %x:%s",
	         why, got, want, c->is_path, c->is_vulnerability, c->automatable_if_exposed,
	         c->fixed, text);
}

static bool is_same(const struct score *a, const struct score *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* --- levers: an oracle of its own --- */

struct oracle_lever {
	enum factor factor;
	int levels[7]; /* ascending, those that can be chosen */
	int n_levels;
};

static const struct oracle_lever oracle_levers[] = {
        {FACTOR_EXPOSURE,
         {EXPOSURE_NONE, EXPOSURE_RESTRICTED, EXPOSURE_INTERNAL, EXPOSURE_FILTERED,
          EXPOSURE_OPEN},
         5},
        {FACTOR_DATA,
         {SENSITIVITY_NONE, SENSITIVITY_INTERNAL, SENSITIVITY_CONFIDENTIAL,
          SENSITIVITY_REGULATED},
         4},
        {FACTOR_PRIVILEGE,
         {PRIVILEGE_NONE, PRIVILEGE_READ, PRIVILEGE_WRITE, PRIVILEGE_BROAD,
          PRIVILEGE_ADMIN},
         5},
        {FACTOR_PATH,
         {PATH_NONE, PATH_ADJACENT, PATH_TOXIC_RULE, PATH_TO_HIGH_VALUE,
          PATH_TO_CROWN_JEWEL},
         5},
        {FACTOR_FAILING_LAYERS, {0, 1, 2, 3, 4, 5, 6}, 7},
};

static int level_of(const struct score_inputs *in, enum factor factor)
{
	return factor == FACTOR_EXPOSURE    ? (int)in->exposure
	       : factor == FACTOR_DATA      ? (int)in->data
	       : factor == FACTOR_PRIVILEGE ? (int)in->priv
	       : factor == FACTOR_PATH      ? (int)in->path
	                                    : in->failing;
}

static struct score_inputs at_level(const struct counterfactual_case *c, enum factor factor,
                                    int level)
{
	struct score_inputs in = c->inputs;

	if (factor == FACTOR_EXPOSURE) {
		in.exposure = (enum exposure)level;
		derive(c, &in);
	} else if (factor == FACTOR_DATA) {
		in.data = (enum sensitivity)level;
	} else if (factor == FACTOR_PRIVILEGE) {
		in.priv = (enum privilege)level;
	} else if (factor == FACTOR_PATH) {
		in.path = (enum path_level)level;
	} else {
		in.failing = level;
	}
	return in;
}

/* What the oracle found: of one factor the best of its moves; 0 steps: none. */
struct oracle_move {
	int steps, total;
};

/* lowering: of those that lower the band that with the fewest steps; else the lowest. */
static struct oracle_move oracle_move(const struct counterfactual_case *c,
                                      const struct oracle_lever *lever, bool lowering)
{
	const struct score was = score_of(model, &c->inputs);
	const int from = level_of(&c->inputs, lever->factor);
	struct oracle_move best = {0, was.total};

	if (c->fixed & 1u << lever->factor)
		return best;
	for (int i = lever->n_levels - 1, steps = 0; i >= 0; i--) {
		struct score_inputs in;
		struct score now;

		if (i + 1 < lever->n_levels && lever->levels[i + 1] == from)
			steps = 1;
		else if (steps)
			steps++;
		if (!steps || (lowering && best.steps))
			continue;
		in = at_level(c, lever->factor, lever->levels[i]);
		now = score_of(model, &in);
		if (lowering ? now.band < was.band : now.total < best.total)
			best = (struct oracle_move){steps, now.total};
	}
	return best;
}

static const struct counterfactual *found(const struct counterfactuals *k,
                                          enum factor factor)
{
	for (size_t i = 0; i < k->n_changes; i++)
		if (k->changes[i].factor == factor)
			return &k->changes[i];
	return NULL;
}

static void check_each_lever(const struct counterfactual_case *c,
                             const struct counterfactuals *k, size_t *n_lowering)
{
	for (size_t i = 0; i < N_ELEMENTS(oracle_levers); i++) {
		const struct oracle_lever *lever = &oracle_levers[i];
		const struct oracle_move want = oracle_move(c, lever, true);
		const struct counterfactual *got = found(k, lever->factor);

		if (want.steps)
			++*n_lowering;
		if (got && !got->lowers_band)
			got = NULL;
		if ((got ? got->steps : 0) != want.steps)
			fail_case("steps", c, got ? got->steps : 0, want.steps);
		if (got && got->score.total != want.total)
			fail_case("score", c, got->score.total, want.total);
	}
}

/* No lever lowers the band: the one that lowers the score most, if any does. */
static void check_most(const struct counterfactual_case *c, const struct counterfactuals *k)
{
	struct oracle_move best = {0, score_of(model, &c->inputs).total};
	enum factor factor = FACTOR_POLICY;

	for (size_t i = 0; i < N_ELEMENTS(oracle_levers); i++) {
		const struct oracle_move m = oracle_move(c, &oracle_levers[i], false);

		if (m.steps && (m.total < best.total ||
		                (m.total == best.total && m.steps < best.steps))) {
			best = m;
			factor = oracle_levers[i].factor;
		}
	}
	if (k->n_changes != (best.steps ? 1 : 0))
		fail_case("changes", c, (int)k->n_changes, best.steps ? 1 : 0);
	if (!best.steps)
		return;
	if (k->changes[0].factor != factor || k->changes[0].steps != best.steps)
		fail_case("the greatest drop is of factor", c, (int)k->changes[0].factor,
		          (int)factor);
	if (k->changes[0].score.total != best.total)
		fail_case("the greatest drop", c, k->changes[0].score.total, best.total);
}

static void check_order(const struct counterfactual_case *c,
                        const struct counterfactuals *k)
{
	for (size_t i = 1; i < k->n_changes; i++) {
		const struct counterfactual *x = &k->changes[i - 1], *y = &k->changes[i];
		const int64_t a[] = {x->steps, x->score.total, x->factor};
		const int64_t b[] = {y->steps, y->score.total, y->factor};
		size_t at = 0;

		while (at < N_ELEMENTS(a) && a[at] == b[at])
			at++;
		if (at == N_ELEMENTS(a) || a[at] > b[at])
			fail_case("order", c, (int)x->factor, (int)y->factor);
	}
}

static void test_counterfactuals__are_the_smallest_changes_that_lower_the_band(void **state)
{
	size_t n_lowering = 0, n_none = 0;

	(void)state;
	random_begin(20261126);
	for (int i = 0; i < N_CASES; i++) {
		const struct counterfactual_case c = random_case();
		const struct counterfactuals k = counterfactuals_of(model, &c);
		const size_t before = n_lowering;

		check_each_lever(&c, &k, &n_lowering);
		check_order(&c, &k);
		if (n_lowering == before) {
			check_most(&c, &k);
			n_none++;
		}
	}
	printf("%zu changes that lower the band, %zu cases without one\n", n_lowering,
	       n_none);
	assert_true(n_lowering > N_CASES / 10);
	assert_true(n_none > N_CASES / 10);
}

/* The inputs differ by one lever and what follows from it, and score as told. */
static void test_counterfactuals__score_as_their_inputs_do(void **state)
{
	(void)state;
	random_begin(20261127);
	for (int i = 0; i < N_CASES; i++) {
		const struct counterfactual_case c = random_case();
		const struct counterfactuals k = counterfactuals_of(model, &c);
		const struct score was = score_of(model, &c.inputs);

		for (size_t j = 0; j < k.n_changes; j++) {
			const struct counterfactual *x = &k.changes[j];
			const struct score_inputs in =
			        at_level(&c, x->factor, level_of(&x->inputs, x->factor));
			const struct score want = score_of(model, &in);

			if (!is_same(&x->score, &want))
				fail_case("score_of the changed inputs", &c, x->score.total,
				          want.total);
			if (x->score.total >= was.total)
				fail_case("lowers nothing", &c, x->score.total, was.total);
			assert_int_equal(x->lowers_band, x->score.band < was.band);
			assert_true(level_of(&x->inputs, x->factor) <
			            level_of(&c.inputs, x->factor));
		}
	}
}

/* --- unknowns --- */

/* The values of what is unknown; of severity and likelihood, which have many, in steps. */
struct oracle_unknown {
	enum factor factor;
	int values[128];
	int n_values;
};

static void add_levels(struct oracle_unknown *u, int most, int without)
{
	for (int level = 0; level <= most; level++)
		if (level != without)
			u->values[u->n_values++] = level;
}

static void add_epss(struct oracle_unknown *u)
{
	for (int epss = 1; epss < 100000; epss += epss / 4 + 1)
		u->values[u->n_values++] = epss;
	u->values[u->n_values++] = 100000;
}

static int oracle_unknowns(const struct counterfactual_case *c, struct oracle_unknown *out)
{
	const struct score_inputs *in = &c->inputs;
	int n = 0;

	if (c->basis[INPUT_SEVERITY] == BASIS_ASSUMED) {
		out[n] = (struct oracle_unknown){.factor = FACTOR_SEVERITY};
		add_levels(&out[n++], 100, -1);
	}
	if (c->basis[INPUT_LIKELIHOOD] == BASIS_ASSUMED) {
		out[n] = (struct oracle_unknown){.factor = FACTOR_LIKELIHOOD};
		if (in->lik_kind == LIKELIHOOD_EPSS)
			add_epss(&out[n++]);
		else
			add_levels(&out[n++], 4, -1);
	}
	if (c->basis[INPUT_MATURITY] == BASIS_ASSUMED && c->is_vulnerability) {
		out[n] = (struct oracle_unknown){.factor = FACTOR_MATURITY};
		add_levels(&out[n++], MATURITY_RANSOMWARE, -1);
	}
	if (in->exposure == EXPOSURE_UNKNOWN) {
		out[n] = (struct oracle_unknown){.factor = FACTOR_EXPOSURE};
		add_levels(&out[n++], EXPOSURE_OPEN, EXPOSURE_UNKNOWN);
	}
	if (in->crit == CRITICALITY_UNKNOWN) {
		out[n] = (struct oracle_unknown){.factor = FACTOR_CRITICALITY};
		add_levels(&out[n++], CRITICALITY_MISSION, CRITICALITY_UNKNOWN);
	}
	if (in->data == SENSITIVITY_UNKNOWN) {
		out[n] = (struct oracle_unknown){.factor = FACTOR_DATA};
		add_levels(&out[n++], SENSITIVITY_REGULATED, SENSITIVITY_UNKNOWN);
	}
	if (in->priv == PRIVILEGE_UNKNOWN) {
		out[n] = (struct oracle_unknown){.factor = FACTOR_PRIVILEGE};
		add_levels(&out[n++], PRIVILEGE_ADMIN, PRIVILEGE_UNKNOWN);
	}
	return n;
}

static void learn(struct score_inputs *in, enum factor factor, int value)
{
	switch (factor) {
	case FACTOR_SEVERITY:
		in->sev100 = value;
		break;
	case FACTOR_LIKELIHOOD:
		in->lik = value;
		break;
	case FACTOR_MATURITY:
		in->maturity = (enum maturity)value;
		break;
	case FACTOR_EXPOSURE:
		in->exposure = (enum exposure)value;
		break;
	case FACTOR_CRITICALITY:
		in->crit = (enum criticality)value;
		break;
	case FACTOR_DATA:
		in->data = (enum sensitivity)value;
		break;
	case FACTOR_PRIVILEGE:
		in->priv = (enum privilege)value;
		break;
	case FACTOR_AUTOMATABLE:
	case FACTOR_TOTAL_IMPACT:
	case FACTOR_PATH:
	case FACTOR_FAILING_LAYERS:
	case FACTOR_CORROBORATION:
	case FACTOR_POLICY:
		fail_msg("factor %d is never unknown", (int)factor);
	}
}

struct range {
	int low, high;
};

static void widen(struct range *r, int total)
{
	r->low = total < r->low ? total : r->low;
	r->high = total > r->high ? total : r->high;
}

/* Every combination of the values of n unknowns. */
static void try_all(const struct counterfactual_case *c, const struct score_inputs *in,
                    const struct oracle_unknown *u, int n, struct range *r)
{
	struct score_inputs learnt = *in;

	if (n == 0) {
		derive(c, &learnt);
		widen(r, score_of(model, &learnt).total);
		return;
	}
	for (int i = 0; i < u->n_values; i++) {
		learn(&learnt, u->factor, u->values[i]);
		try_all(c, &learnt, u + 1, n - 1, r);
	}
}

static struct range range_of(const struct counterfactual_case *c,
                             const struct oracle_unknown *u, int n)
{
	struct range r = {1001, -1};

	try_all(c, &c->inputs, u, n, &r);
	return r;
}

static void check_bounds(const char *what, const struct counterfactual_case *c,
                         const struct score *low, const struct score *high,
                         const struct range *want)
{
	const int total = score_of(model, &c->inputs).total;

	if (low->total > total || high->total < total)
		fail_case(arena_printf(arena, "%s: the score is outside", what), c, total,
		          low->total > total ? low->total : high->total);
	if (low->total != want->low)
		fail_case(arena_printf(arena, "%s: low", what), c, low->total, want->low);
	if (high->total != want->high)
		fail_case(arena_printf(arena, "%s: high", what), c, high->total,
		          want->high);
	assert_int_equal(low->band, band_of_score(low->total));
	assert_int_equal(high->band, band_of_score(high->total));
}

static void test_unknowns__are_bounded_by_every_value_they_may_have(void **state)
{
	int n_unknowns = 0;

	(void)state;
	random_begin(20261128);
	for (int i = 0; i < N_CASES; i++) {
		const struct counterfactual_case c = random_case();
		const struct counterfactuals k = counterfactuals_of(model, &c);
		struct oracle_unknown want[N_UNKNOWNS_MAX];
		const int n = oracle_unknowns(&c, want);

		if (k.n_unknowns != (size_t)n)
			fail_case("unknowns", &c, (int)k.n_unknowns, n);
		for (int j = 0; j < n; j++) {
			const struct range r = range_of(&c, &want[j], 1);
			const struct counterfactual_unknown *got = &k.unknowns[j];

			assert_int_equal(got->factor, want[j].factor);
			check_bounds("one", &c, &got->low.score, &got->high.score, &r);
		}
		n_unknowns += n;
	}
	assert_true(n_unknowns > N_CASES);
}

static void test_bounds__are_those_of_every_combination(void **state)
{
	int n_together = 0;

	(void)state;
	random_begin(20261129);
	for (int i = 0; i < N_COMBINED; i++) {
		const struct counterfactual_case c = random_case();
		const struct counterfactuals k = counterfactuals_of(model, &c);
		struct oracle_unknown all[N_UNKNOWNS_MAX];
		const int n = oracle_unknowns(&c, all);
		const struct range r = range_of(&c, all, n);

		check_bounds("all", &c, &k.low, &k.high, &r);
		n_together += n > 2;
	}
	assert_true(n_together > N_COMBINED / 20);
}

static int load(void **state)
{
	const char *text;
	struct error err;

	(void)state;
	arena = arena_new(1 << 16);
	text = catalog_file("models/rs-1.0.0.json", arena);
	return text && score_model_load(text, strlen(text), &model, &err) == 0 ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	score_model_free(model);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                test_counterfactuals__are_the_smallest_changes_that_lower_the_band),
	        cmocka_unit_test(test_counterfactuals__score_as_their_inputs_do),
	        cmocka_unit_test(test_unknowns__are_bounded_by_every_value_they_may_have),
	        cmocka_unit_test(test_bounds__are_those_of_every_combination),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
