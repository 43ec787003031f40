/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moved a score: which factors, by how many points, and where each change came from;
 * over random pairs that what is told adds up to the difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/factors.h"
#include "scorer/score_change.h"
#include "support/catalog_file.h"
#include "support/random.h"

enum {
	N_CASES = 20000
};

static struct score_model *model;

/* An explanation with room of its own. */
struct side {
	int64_t inputs[N_INPUTS], points[N_FACTORS], basis[N_INPUTS];
	struct score_inputs in;
	int total;
	struct explanation why;
};

static void seal(struct side *s)
{
	const struct score score = score_of(model, &s->in);
	int32_t row[N_INPUTS];

	inputs_to_row(&s->in, row);
	for (int i = 0; i < N_INPUTS; i++)
		s->inputs[i] = row[i];
	for (int i = 0; i < N_FACTORS; i++)
		s->points[i] = score.points[i];
	s->total = score.total;
	s->why = (struct explanation){.model = "rs-1.0.0",
	                              .inputs = s->inputs,
	                              .points = s->points,
	                              .basis = s->basis,
	                              .n_inputs = N_INPUTS,
	                              .n_points = N_FACTORS};
}

/* A CVE as tools report it, nothing known of the asset. */
static void plain_cve(struct side *s)
{
	*s = (struct side){.in = {.sev100 = 75,
	                          .lik_kind = LIKELIHOOD_EPSS,
	                          .lik = 200,
	                          .exposure = EXPOSURE_UNKNOWN,
	                          .crit = CRITICALITY_UNKNOWN,
	                          .data = SENSITIVITY_UNKNOWN,
	                          .priv = PRIVILEGE_UNKNOWN,
	                          .applicable = 3,
	                          .corr = CORROBORATION_STANDARD,
	                          .is_cve = true}};
	s->basis[INPUT_SEVERITY] = BASIS_REPORTED;
}

/* One input of the second side is another, with its basis before and after. */
struct row {
	const char *name;
	enum input input;
	int from, to;
	enum basis from_basis, to_basis;
	bool is_cve;
	enum factor factor;
	unsigned int causes;
};

/* clang-format off */
static const struct row table[] = {
	{"a tool's severity",           INPUT_SEVERITY,      50, 75, BASIS_REPORTED, BASIS_REPORTED, true,  FACTOR_SEVERITY,       CAUSE_EVIDENCE},
	{"a feed's severity",           INPUT_SEVERITY,      50, 75, BASIS_FEED,     BASIS_FEED,     true,  FACTOR_SEVERITY,       CAUSE_FEED},
	{"a feed's before a tool's",    INPUT_SEVERITY,      50, 75, BASIS_REPORTED, BASIS_FEED,     true,  FACTOR_SEVERITY,       CAUSE_FEED},
	{"a tool's before a feed's",    INPUT_SEVERITY,      50, 75, BASIS_FEED,     BASIS_REPORTED, true,  FACTOR_SEVERITY,       CAUSE_FEED | CAUSE_EVIDENCE},
	{"severity of a rule",          INPUT_SEVERITY,      50, 75, BASIS_REPORTED, BASIS_REPORTED, false, FACTOR_SEVERITY,       CAUSE_EVIDENCE},
	{"epss of the feed",            INPUT_LIKELIHOOD,    200, 90000, BASIS_FEED, BASIS_FEED,     true,  FACTOR_LIKELIHOOD,     CAUSE_FEED},
	{"epss comes by the feed",      INPUT_LIKELIHOOD,    200, 90000, BASIS_ASSUMED, BASIS_FEED,  true,  FACTOR_LIKELIHOOD,     CAUSE_FEED},
	{"epss of a tool",              INPUT_LIKELIHOOD,    200, 90000, BASIS_ASSUMED, BASIS_REPORTED, true, FACTOR_LIKELIHOOD,   CAUSE_EVIDENCE},
	{"maturity rises by a feed",    INPUT_MATURITY,      0, 4, BASIS_ASSUMED,    BASIS_FEED,     true,  FACTOR_MATURITY,       CAUSE_FEED},
	{"maturity rises by a tool",    INPUT_MATURITY,      1, 4, BASIS_FEED,       BASIS_REPORTED, true,  FACTOR_MATURITY,       CAUSE_EVIDENCE},
	{"maturity falls with a feed",  INPUT_MATURITY,      4, 1, BASIS_FEED,       BASIS_REPORTED, true,  FACTOR_MATURITY,       CAUSE_FEED},
	{"maturity falls with a tool",  INPUT_MATURITY,      4, 1, BASIS_REPORTED,   BASIS_FEED,     true,  FACTOR_MATURITY,       CAUSE_EVIDENCE},
	{"automatable by SSVC",         INPUT_AUTOMATABLE,   0, 1, BASIS_DERIVED,    BASIS_FEED,     true,  FACTOR_AUTOMATABLE,    CAUSE_FEED},
	{"automatable by a vector",     INPUT_AUTOMATABLE,   0, 1, BASIS_DERIVED,    BASIS_DERIVED,  true,  FACTOR_AUTOMATABLE,    CAUSE_FEED | CAUSE_EVIDENCE},
	{"total impact by SSVC",        INPUT_TOTAL,         1, 0, BASIS_FEED,       BASIS_DERIVED,  true,  FACTOR_TOTAL_IMPACT,   CAUSE_FEED},
	{"exposure of the inventory",   INPUT_EXPOSURE,      2, 4, BASIS_REPORTED,   BASIS_REPORTED, true,  FACTOR_EXPOSURE,       CAUSE_ASSET},
	{"exposed, says somebody",      INPUT_EXPOSURE,      2, 5, BASIS_REPORTED,   BASIS_DERIVED,  true,  FACTOR_EXPOSURE,       CAUSE_ASSET | CAUSE_EVIDENCE},
	{"exposed no more",             INPUT_EXPOSURE,      5, 2, BASIS_DERIVED,    BASIS_REPORTED, true,  FACTOR_EXPOSURE,       CAUSE_ASSET | CAUSE_EVIDENCE},
	{"criticality",                 INPUT_CRITICALITY,   2, 5, BASIS_ASSUMED,    BASIS_REPORTED, true,  FACTOR_CRITICALITY,    CAUSE_ASSET},
	{"data",                        INPUT_SENSITIVITY,   2, 4, BASIS_ASSUMED,    BASIS_DERIVED,  true,  FACTOR_DATA,           CAUSE_ASSET},
	{"privilege",                   INPUT_PRIVILEGE,     2, 5, BASIS_ASSUMED,    BASIS_REPORTED, true,  FACTOR_PRIVILEGE,      CAUSE_ASSET},
	{"path",                        INPUT_PATH,          0, 2, BASIS_DERIVED,    BASIS_DERIVED,  true,  FACTOR_PATH,           CAUSE_PATH},
	{"a layer fails",               INPUT_FAILING,       0, 2, BASIS_DERIVED,    BASIS_DERIVED,  true,  FACTOR_FAILING_LAYERS, CAUSE_EVIDENCE},
	{"layers of another type",      INPUT_APPLICABLE,    3, 5, BASIS_CATALOG,    BASIS_CATALOG,  true,  FACTOR_FAILING_LAYERS, CAUSE_ASSET | CAUSE_CATALOGUE},
	{"corroboration",               INPUT_CORROBORATION, 1, 3, BASIS_REPORTED,   BASIS_REPORTED, true,  FACTOR_CORROBORATION,  CAUSE_EVIDENCE},
};
/* clang-format on */

static void set_input(struct side *s, enum input input, int value, enum basis basis)
{
	int32_t row[N_INPUTS];

	inputs_to_row(&s->in, row);
	row[input] = value;
	s->in = inputs_of_row(row);
	s->basis[input] = basis;
}

static const struct score_change *change_of(const struct score_change *c, size_t n,
                                            enum factor factor)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].factor == factor)
			return &c[i];
	return NULL;
}

static void test_score_changes__name_the_origin_of_each_input(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(table); i++) {
		const struct row *row = &table[i];
		struct score_change changes[N_FACTORS];
		struct side from, to;

		plain_cve(&from);
		from.in.is_cve = row->is_cve;
		to = from;
		set_input(&from, row->input, row->from, row->from_basis);
		set_input(&to, row->input, row->to, row->to_basis);
		seal(&from);
		seal(&to);
		const size_t n = score_changes(&from.why, &to.why, false, changes);
		const struct score_change *c = change_of(changes, n, row->factor);

		if (!c || !c->is_moved || c->causes != row->causes)
			fail_msg("%s: %s, causes %x, not %x", row->name,
			         c ? "told" : "not told", c ? c->causes : 0, row->causes);
		if (score_change_causes(&from.why, &to.why, false) != row->causes)
			fail_msg("%s: all causes", row->name);
	}
}

/* A rule that is automatable where it is reached follows the exposure. */
static void test_score_changes__see_what_follows_from_exposure(void **state)
{
	struct score_change changes[N_FACTORS];
	struct side from, to;

	(void)state;
	plain_cve(&from);
	from.in.is_cve = false;
	to = from;
	set_input(&from, INPUT_EXPOSURE, EXPOSURE_INTERNAL, BASIS_REPORTED);
	set_input(&to, INPUT_EXPOSURE, EXPOSURE_FILTERED, BASIS_REPORTED);
	set_input(&to, INPUT_AUTOMATABLE, 1, BASIS_CATALOG);
	seal(&from);
	seal(&to);
	const size_t n = score_changes(&from.why, &to.why, false, changes);

	assert_int_equal(change_of(changes, n, FACTOR_AUTOMATABLE)->causes, CAUSE_ASSET);
}

static void test_score_changes__of_a_path_come_from_its_steps(void **state)
{
	struct score_change changes[N_FACTORS];
	struct side from, to;

	(void)state;
	plain_cve(&from);
	from.in.is_cve = false;
	for (int i = 0; i < N_INPUTS; i++)
		from.basis[i] = BASIS_DERIVED;
	to = from;
	set_input(&to, INPUT_LIKELIHOOD, 90000, BASIS_DERIVED);
	set_input(&to, INPUT_CRITICALITY, CRITICALITY_MISSION, BASIS_DERIVED);
	seal(&from);
	seal(&to);
	const size_t n = score_changes(&from.why, &to.why, false, changes);

	assert_int_equal(change_of(changes, n, FACTOR_LIKELIHOOD)->causes, CAUSE_PATH);
	assert_int_equal(change_of(changes, n, FACTOR_CRITICALITY)->causes, CAUSE_ASSET);
}

static void test_score_changes__show_both_when_model_and_inputs_moved(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	struct score_change changes[N_FACTORS];
	struct side from, to;

	(void)state;
	plain_cve(&from);
	to = from;
	set_input(&to, INPUT_CRITICALITY, CRITICALITY_MISSION, BASIS_REPORTED);
	seal(&from);
	seal(&to);
	to.why.model = "rs-2.0.0";
	to.points[FACTOR_EXPOSURE] += 7;
	const size_t n = score_changes(&from.why, &to.why, false, changes);
	const struct score_change *exposure = change_of(changes, n, FACTOR_EXPOSURE);

	assert_int_equal(change_of(changes, n, FACTOR_CRITICALITY)->causes,
	                 CAUSE_ASSET | CAUSE_MODEL);
	assert_non_null(exposure);
	assert_false(exposure->is_moved);
	assert_int_equal(exposure->to - exposure->from, 7);
	assert_int_equal(exposure->causes, CAUSE_MODEL);
	assert_string_equal(
	        score_cause_words(score_change_causes(&from.why, &to.why, true), a),
	        "asset+model+merge");
}

/* Rows from before points and bases were kept tell what moved, and claim no more. */
static void test_score_changes__do_without_what_was_not_kept(void **state)
{
	struct score_change changes[N_FACTORS];
	struct side from, to;

	(void)state;
	plain_cve(&from);
	to = from;
	set_input(&to, INPUT_LIKELIHOOD, 90000, BASIS_FEED);
	seal(&from);
	seal(&to);
	from.why.n_points = 0;
	for (int i = 0; i < N_INPUTS; i++)
		from.basis[i] = -1;
	assert_int_equal(score_changes(&from.why, &to.why, false, changes), 1);
	assert_false(changes[0].has_points);
	assert_int_equal(changes[0].causes, CAUSE_FEED | CAUSE_EVIDENCE);

	to.why.n_inputs = N_INPUTS - 1; /* of a program that is not this one */
	assert_int_equal(score_changes(&from.why, &to.why, false, changes), 0);
}

static void random_side(struct side *s)
{
	plain_cve(s);
	s->in.is_cve = random_below(2) == 1;
	s->in.sev100 = random_below(101);
	s->in.lik_kind = s->in.is_cve ? LIKELIHOOD_EPSS : LIKELIHOOD_CLASS;
	s->in.lik = s->in.is_cve ? random_below(100000) + 1 : random_below(5);
	s->in.maturity = (enum maturity)random_below(6);
	s->in.automatable = random_below(2) == 1;
	s->in.total = random_below(2) == 1;
	s->in.exposure = (enum exposure)random_below(6);
	s->in.crit = (enum criticality)random_below(6);
	s->in.data = (enum sensitivity)random_below(5);
	s->in.priv = (enum privilege)random_below(6);
	s->in.path = (enum path_level)random_below(5);
	s->in.applicable = random_below(7);
	s->in.failing = random_below(s->in.applicable + 1);
	s->in.corr = (enum corroboration)random_below(4);
	for (int i = 0; i < N_INPUTS; i++)
		s->basis[i] = random_below(5);
	seal(s);
}

static void test_score_changes__add_up_to_the_difference(void **state)
{
	(void)state;
	random_begin(20261126);
	for (int i = 0; i < N_CASES; i++) {
		struct score_change changes[N_FACTORS];
		struct side from, to;
		int sum = 0;

		random_side(&from);
		random_side(&to);
		const size_t n = score_changes(&from.why, &to.why, false, changes);

		for (size_t k = 0; k < n; k++) {
			const struct score_change *c = &changes[k];

			sum += c->to - c->from;
			/* A factor that moved comes from somewhere; the policy follows. */
			if (c->is_moved != (c->causes != 0))
				fail_msg("case %d: %s has causes %x", i,
				         score_factor_name(c->factor), c->causes);
		}
		if (sum != to.total - from.total)
			fail_msg("case %d: told %d of %d", i, sum, to.total - from.total);
		assert_int_equal(score_changes(&from.why, &from.why, false, changes), 0);
	}
}

static int load(void **state)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	const char *text = catalog_file("models/rs-1.0.0.json", a);
	struct error err = {.text = "no file"};

	(void)state;
	if (!text || score_model_load(text, strlen(text), &model, &err) < 0) {
		fprintf(stderr, "rs-1.0.0: %s\n", err.text);
		return -1;
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	score_model_free(model);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_score_changes__name_the_origin_of_each_input),
	        cmocka_unit_test(test_score_changes__see_what_follows_from_exposure),
	        cmocka_unit_test(test_score_changes__of_a_path_come_from_its_steps),
	        cmocka_unit_test(test_score_changes__show_both_when_model_and_inputs_moved),
	        cmocka_unit_test(test_score_changes__do_without_what_was_not_kept),
	        cmocka_unit_test(test_score_changes__add_up_to_the_difference),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
