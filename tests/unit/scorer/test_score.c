/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The promises of the score (docs/scoring.md, "Properties"), over random inputs.
 * The seed is printed; ISOBAR_SEED=N repeats a run.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/score.h"
#include "support/catalog_file.h"

enum {
	N_CASES = 200000,
	N_GROUP_MAX = 9
};

static struct arena *arena;
static const char *model_text;
static struct score_model *model;
static uint64_t seed;

/* SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere. */
static uint64_t next_random(void)
{
	uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int below(int n)
{
	return (int)(next_random() % (uint64_t)n);
}

/* Small values as often as large ones: the curve is logarithmic. */
static int random_epss(void)
{
	int limit = 10;

	for (int i = below(5); i > 0; i--)
		limit *= 10;
	return 1 + below(limit);
}

static struct score_inputs random_inputs(void)
{
	struct score_inputs in = {
	        .sev100 = below(101),
	        .lik_kind = (enum likelihood_kind)below(2),
	        .maturity = (enum maturity)below(MATURITY_RANSOMWARE + 1),
	        .automatable = below(2) == 1,
	        .total = below(2) == 1,
	        .exposure = (enum exposure)below(EXPOSURE_OPEN + 1),
	        .crit = (enum criticality)below(CRITICALITY_MISSION + 1),
	        .data = (enum sensitivity)below(SENSITIVITY_REGULATED + 1),
	        .priv = (enum privilege)below(PRIVILEGE_ADMIN + 1),
	        .path = (enum path_level)below(PATH_TO_CROWN_JEWEL + 1),
	        .applicable = below(7),
	        .corr = (enum corroboration)below(CORROBORATION_INDEPENDENT + 1),
	        .is_cve = below(2) == 1,
	};

	in.lik = in.lik_kind == LIKELIHOOD_EPSS ? random_epss() : below(5);
	in.failing = below(in.applicable + 1);
	if (below(8) == 0) /* corners that chance rarely meets */
		in.sev100 = 0;
	return in;
}

static void fail_case(const char *why, const struct score_inputs *in, int score, int other)
{
	fail_msg("%s: %d, %d for %d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d", why, score,
	         other, in->sev100, in->lik_kind, in->lik, in->maturity, in->automatable,
	         in->total, in->exposure, in->crit, in->data, in->priv, in->path,
	         in->failing, in->applicable, in->corr, in->is_cve);
}

static int total_of(const struct score_inputs *in)
{
	return score_of(model, in).total;
}

static struct score_inputs greatest_inputs(void)
{
	return (struct score_inputs){
	        .sev100 = 100,
	        .lik_kind = LIKELIHOOD_EPSS,
	        .lik = 100000,
	        .maturity = MATURITY_RANSOMWARE,
	        .automatable = true,
	        .total = true,
	        .exposure = EXPOSURE_OPEN,
	        .crit = CRITICALITY_MISSION,
	        .data = SENSITIVITY_REGULATED,
	        .priv = PRIVILEGE_ADMIN,
	        .path = PATH_TO_CROWN_JEWEL,
	        .failing = 6,
	        .applicable = 6,
	        .corr = CORROBORATION_INDEPENDENT,
	        .is_cve = true,
	};
}

/* Property 1. */
static void test_score__reaches_its_bounds_exactly(void **state)
{
	const struct score_inputs least = {.lik = 1};
	const struct score_inputs greatest = greatest_inputs();
	const struct score best = score_of(model, &least);
	const struct score worst = score_of(model, &greatest);

	(void)state;
	assert_int_equal(best.total, 0);
	assert_int_equal(best.band, BAND_LOW);
	assert_int_equal(worst.total, 1000);
	assert_int_equal(worst.points[FACTOR_POLICY], 0);
	assert_int_equal(worst.band, BAND_CRITICAL);
}

/* The worked examples of docs/scoring.md. */
static void test_score__agrees_with_the_worked_examples(void **state)
{
	struct score_inputs log4shell = {.sev100 = 100,
	                                 .lik_kind = LIKELIHOOD_EPSS,
	                                 .lik = 94300,
	                                 .maturity = MATURITY_RANSOMWARE,
	                                 .automatable = true,
	                                 .total = true,
	                                 .exposure = EXPOSURE_OPEN,
	                                 .crit = CRITICALITY_PRODUCTION,
	                                 .data = SENSITIVITY_CONFIDENTIAL,
	                                 .priv = PRIVILEGE_WRITE,
	                                 .failing = 3,
	                                 .applicable = 6,
	                                 .corr = CORROBORATION_INDEPENDENT,
	                                 .is_cve = true};
	struct score_inputs bucket = {.sev100 = 55,
	                              .lik_kind = LIKELIHOOD_CLASS,
	                              .lik = 4,
	                              .automatable = true,
	                              .exposure = EXPOSURE_OPEN,
	                              .crit = CRITICALITY_PRODUCTION,
	                              .data = SENSITIVITY_REGULATED,
	                              .failing = 2,
	                              .applicable = 5,
	                              .corr = CORROBORATION_AUTHORITATIVE};

	(void)state;
	assert_int_equal(total_of(&log4shell), 803);
	log4shell.applicable = 5;
	assert_int_equal(total_of(&log4shell), 807);
	assert_int_equal(total_of(&bucket), 603);
	bucket.path = PATH_TOXIC_RULE;
	assert_int_equal(total_of(&bucket), 648);
	bucket.path = PATH_TO_CROWN_JEWEL;
	assert_int_equal(total_of(&bucket), 700);
	assert_int_equal(score_of(model, &bucket).points[FACTOR_POLICY], 27);
}

/* Properties 1 and 2. */
static void test_score__stays_in_bounds_and_adds_up(void **state)
{
	(void)state;
	for (int i = 0; i < N_CASES; i++) {
		const struct score_inputs in = random_inputs();
		const struct score score = score_of(model, &in);
		int sum = 0;

		for (int f = 0; f < N_FACTORS; f++)
			sum += score.points[f];
		if (score.total < 0 || score.total > 1000)
			fail_case("out of bounds", &in, score.total, sum);
		if (sum != score.total)
			fail_case("points do not add up", &in, score.total, sum);
		if (score.band != band_of_score(score.total))
			fail_case("band", &in, score.total, score.band);
	}
}

/* One step up in one input; false where it stands at its end. */
static bool raise_flag(bool *flag)
{
	const bool risen = !*flag;

	*flag = true;
	return risen;
}

#define RAISE_LEVEL(level, top) ((level) < (top) ? ((level)++, true) : false)

static bool raise_likelihood(struct score_inputs *in)
{
	const int top = in->lik_kind == LIKELIHOOD_EPSS ? 100000 : 4;
	const int step = in->lik_kind == LIKELIHOOD_EPSS ? 1 + below(5000) : 1;
	const int before = in->lik;

	in->lik = before + step < top ? before + step : top;
	return in->lik > before;
}

static bool raise_input(struct score_inputs *in, int which)
{
	switch (which) {
	case 0:
		return RAISE_LEVEL(in->sev100, 100);
	case 1:
		return raise_likelihood(in);
	case 2:
		return RAISE_LEVEL(in->maturity, MATURITY_RANSOMWARE);
	case 3:
		return raise_flag(&in->automatable);
	case 4:
		return raise_flag(&in->total);
	case 5:
		return RAISE_LEVEL(in->exposure, EXPOSURE_OPEN);
	case 6:
		return RAISE_LEVEL(in->crit, CRITICALITY_MISSION);
	case 7:
		return RAISE_LEVEL(in->data, SENSITIVITY_REGULATED);
	case 8:
		return RAISE_LEVEL(in->priv, PRIVILEGE_ADMIN);
	case 9:
		return RAISE_LEVEL(in->path, PATH_TO_CROWN_JEWEL);
	case 10:
		return RAISE_LEVEL(in->failing, in->applicable);
	case 11:
		return RAISE_LEVEL(in->corr, CORROBORATION_INDEPENDENT);
	default:
		return raise_flag(&in->is_cve);
	}
}

enum {
	N_RAISED = 13
};

/* Property 3: every input of every case is raised. */
static void test_score__never_falls_when_an_input_rises(void **state)
{
	int n_raised = 0;

	(void)state;
	for (int i = 0; i < N_CASES; i++) {
		const struct score_inputs in = random_inputs();
		const int before = total_of(&in);

		for (int which = 0; which < N_RAISED; which++) {
			struct score_inputs raised = in;

			if (!raise_input(&raised, which))
				continue;
			n_raised++;
			if (total_of(&raised) < before)
				fail_case("fell", &raised, before, total_of(&raised));
		}
	}
	assert_true(n_raised > N_CASES);
}

static void test_score__never_falls_along_the_whole_epss_curve(void **state)
{
	struct score_inputs in = greatest_inputs();
	int before = -1;

	(void)state;
	for (in.lik = 1; in.lik <= 100000; in.lik++) {
		const int points = score_of(model, &in).points[FACTOR_LIKELIHOOD];

		if (points < before)
			fail_case("EPSS", &in, before, points);
		before = points;
	}
	assert_int_equal(before, 180);
}

static void shuffle(int *scores, int n)
{
	for (int i = n - 1; i > 0; i--) {
		const int j = below(i + 1);
		const int kept = scores[i];

		scores[i] = scores[j];
		scores[j] = kept;
	}
}

static int max_of(const int *scores, int n)
{
	int max = 0;

	for (int i = 0; i < n; i++)
		max = scores[i] > max ? scores[i] : max;
	return max;
}

/* Property 7. */
static void test_score_group__is_led_by_the_greatest_and_never_falls(void **state)
{
	(void)state;
	for (int i = 0; i < N_CASES; i++) {
		int scores[N_GROUP_MAX + 1];
		const int n = 1 + below(N_GROUP_MAX);

		for (int j = 0; j <= n; j++)
			scores[j] = below(1001);

		const int group = score_group(scores, (size_t)n);

		if (group < max_of(scores, n) || group > 1000)
			fail_msg("group of %d: %d", n, group);
		if (score_group(scores, (size_t)n + 1) < group)
			fail_msg("one more lowered the group of %d: %d", n, group);
		shuffle(scores, n);
		assert_int_equal(score_group(scores, (size_t)n), group);

		int *raised = &scores[below(n)];

		*raised = *raised < 940 ? *raised + below(60) : 1000;
		if (score_group(scores, (size_t)n) < group)
			fail_msg("a higher score lowered the group of %d: %d", n, group);
	}
}

static void test_score_group__has_the_published_form(void **state)
{
	static const int one[] = {700};
	static const int two[] = {600, 800};
	static const int five[] = {500, 500, 500, 500, 500};
	static int many[2000];

	(void)state;
	assert_int_equal(score_group(one, 1), 700);
	assert_int_equal(score_group(two, 2), 800 + 200 * 30 / 1000);
	assert_int_equal(score_group(five, 5), 500 + 500 * 100 / 1000);
	for (size_t i = 0; i < N_ELEMENTS(many); i++)
		many[i] = 500;
	assert_int_equal(score_group(many, N_ELEMENTS(many)), 500 + 500 * 250 / 1000);
	for (size_t i = 0; i < N_ELEMENTS(many); i++)
		many[i] = 1000 - (int)(i % 2) * 200;
	assert_int_equal(score_group(many, N_ELEMENTS(many)), 1000);
	many[0] = 0;
	assert_int_equal(score_group(&many[0], 1), 0);
}

/* Property 9: the unknown level lies between the best and the worst one. */
static void test_score__puts_unknown_between_best_and_worst(void **state)
{
	(void)state;
	for (int i = 0; i < N_CASES; i++) {
		const struct score_inputs in = random_inputs();
		struct score_inputs best[4] = {in, in, in, in};
		struct score_inputs unknown[4] = {in, in, in, in};
		struct score_inputs worst[4] = {in, in, in, in};

		best[0].exposure = EXPOSURE_NONE;
		unknown[0].exposure = EXPOSURE_UNKNOWN;
		worst[0].exposure = EXPOSURE_OPEN;
		best[1].crit = CRITICALITY_SANDBOX;
		unknown[1].crit = CRITICALITY_UNKNOWN;
		worst[1].crit = CRITICALITY_MISSION;
		best[2].data = SENSITIVITY_NONE;
		unknown[2].data = SENSITIVITY_UNKNOWN;
		worst[2].data = SENSITIVITY_REGULATED;
		best[3].priv = PRIVILEGE_NONE;
		unknown[3].priv = PRIVILEGE_UNKNOWN;
		worst[3].priv = PRIVILEGE_ADMIN;
		for (size_t j = 0; j < N_ELEMENTS(best); j++) {
			if (total_of(&best[j]) > total_of(&unknown[j]))
				fail_case("unknown is better than best", &unknown[j],
				          total_of(&unknown[j]), total_of(&best[j]));
			if (total_of(&unknown[j]) > total_of(&worst[j]))
				fail_case("unknown is worse than worst", &unknown[j],
				          total_of(&unknown[j]), total_of(&worst[j]));
		}
	}
}

/* Property 11. */
static void test_score__keeps_active_cves_high_and_the_harmless_low(void **state)
{
	(void)state;
	for (int i = 0; i < N_CASES; i++) {
		struct score_inputs in = random_inputs();
		const bool active_cve = in.is_cve && in.maturity >= MATURITY_ACTIVE;
		struct score score = score_of(model, &in);

		if (active_cve && score.band < BAND_HIGH)
			fail_case("an exploited CVE is not high", &in, score.total, 500);
		in.sev100 = 0;
		score = score_of(model, &in);
		if (in.path < PATH_TO_HIGH_VALUE && !active_cve && score.band != BAND_LOW)
			fail_case("no severity, yet not low", &in, score.total, 199);
	}
}

struct spoilt {
	const char *what;
	const char *from;
	const char *to;
	const char *says; /* with the line, and the two numbers where there are two */
};

static void test_score_model_load__refuses_a_spoilt_model(void **state)
{
	static const struct spoilt rows[] = {
	        {"falling exposure", "[0, 25, 55, 65, 95, 130]",
	         "[0, 55,\n25, 65, 95, 130]",
	         "line 18: points.exposure falls from 55 to 25"},
	        {"one level less", "[0, 25, 55, 65, 95, 130]", "[0, 25, 55, 65, 130]",
	         "line 17: points.exposure has 5 numbers, not 6"},
	        {"a sum of 1001", "\"total_impact\": 20", "\"total_impact\": 21",
	         "line 4: the maxima add up to 1001, not 1000"},
	        {"falling EPSS points", "[200, 59]", "[200, 40]",
	         "line 8: points.likelihood.epss falls from 45 to 40"},
	        {"falling EPSS", "[200, 59]", "[90, 59]",
	         "line 8: points.likelihood.epss does not rise: EPSS 90 after 100"},
	        {"a curve that ends early", "[100000, 180]", "[90000, 180]",
	         "line 7: points.likelihood.epss reaches from 1 to 90000, not from 1 to "
	         "100000"},
	        {"two ends of likelihood", "135, 180]", "135, 170]",
	         "line 12: points.likelihood ends at 170 by class and at 180 by EPSS"},
	        {"crossing caps", "\"no_severity\": 199", "\"no_severity\": 600",
	         "line 27: caps.low_severity.limit is 499, below the 600 of "
	         "caps.no_severity"},
	        {"crossing floors", "\"active_cve\": 500", "\"active_cve\": 800",
	         "line 32: floors.active_cve_aggravated is 700, below the 800 of "
	         "floors.active_cve"},
	        {"crossing bands", "\"high\": 500", "\"high\": 200",
	         "line 36: bands.high is 200, below the 300 of bands.medium"},
	        {"an unknown key", "\"bands\": {", "\"bands\": {\n\"extreme\": 900, ",
	         "line 37: bands has an unknown key \"extreme\""},
	        {"an unknown factor", "\"automatable\": 40,",
	         "\"automatable\": 40, \"luck\": 3,",
	         "line 15: points has an unknown key \"luck\""},
	        {"a missing key", "\"medium\": 300,", "",
	         "line 36: bands has no \"medium\""},
	        {"a missing factor", "\"failing_layers\": 40,", "",
	         "line 4: points has no \"failing_layers\""},
	        {"a float", "\"automatable\": 40", "\"automatable\": 40.0",
	         "line 4: points"},
	        {"a negative number", "[0, 10, 15, 20]", "[-5, 10, 15, 20]",
	         "line 23: points.corroboration has no integer of 0..100000 at place 1"},
	        {"a zero denominator", "\"over\": 2", "\"over\": 0",
	         "line 5: points.severity is no fraction: 3 over 0"},
	        {"a key twice", "\"about\":", "\"model\": \"x\", \"about\":", "line 3: "},
	        {"no version", "\"rs-1.0.0\"", "\"\"",
	         "line 2: \"\" is no name of a model"},
	        {"broken JSON", "\"points\": {", "\"points\": ", "line "},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const char *at = strstr(model_text, rows[i].from);
		struct score_model *out = NULL;
		struct error err = {.text = ""};

		if (at == NULL)
			fail_msg("%s: the model has no %s", rows[i].what, rows[i].from);

		const char *text =
		        arena_printf(arena, "%.*s%s%s", (int)(at - model_text), model_text,
		                     rows[i].to, at + strlen(rows[i].from));

		if (score_model_load(text, strlen(text), &out, &err) != ERR_INVALID)
			fail_msg("%s was loaded", rows[i].what);
		assert_null(out);
		if (strncmp(err.text, rows[i].says, strlen(rows[i].says)) != 0)
			fail_msg("%s: it says \"%s\", not \"%s\"", rows[i].what, err.text,
			         rows[i].says);
	}
}

static void test_score_model__tells_its_version_and_factors(void **state)
{
	static const char *const names[] = {
	        "severity",     "likelihood", "maturity",       "automatable",
	        "total_impact", "exposure",   "criticality",    "data",
	        "privilege",    "path",       "failing_layers", "corroboration",
	        "policy"};

	(void)state;
	assert_string_equal(score_model_version(model), "rs-1.0.0");
	assert_int_equal(N_ELEMENTS(names), N_FACTORS);
	for (int f = 0; f < N_FACTORS; f++)
		assert_string_equal(score_factor_name((enum factor)f), names[f]);
}

static int load(void **state)
{
	const char *text = getenv("ISOBAR_SEED");
	struct error err;

	(void)state;
	seed = text != NULL ? strtoull(text, NULL, 10) : 20261122;
	print_message("ISOBAR_SEED=%" PRIu64 "\n", seed);
	arena = arena_new(4096);
	model_text = catalog_file("models/rs-1.0.0.json", arena);
	if (model_text == NULL)
		return -1;
	if (score_model_load(model_text, strlen(model_text), &model, &err) != 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return 0;
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
	        cmocka_unit_test(test_score__reaches_its_bounds_exactly),
	        cmocka_unit_test(test_score__agrees_with_the_worked_examples),
	        cmocka_unit_test(test_score__stays_in_bounds_and_adds_up),
	        cmocka_unit_test(test_score__never_falls_when_an_input_rises),
	        cmocka_unit_test(test_score__never_falls_along_the_whole_epss_curve),
	        cmocka_unit_test(test_score_group__is_led_by_the_greatest_and_never_falls),
	        cmocka_unit_test(test_score_group__has_the_published_form),
	        cmocka_unit_test(test_score__puts_unknown_between_best_and_worst),
	        cmocka_unit_test(test_score__keeps_active_cves_high_and_the_harmless_low),
	        cmocka_unit_test(test_score_model_load__refuses_a_spoilt_model),
	        cmocka_unit_test(test_score_model__tells_its_version_and_factors),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
