/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a stored explanation to what would change its score: what is refused, what is no
 * counterfactual, what follows from one, and how it is told.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/json_write.h"

#include "scorer/explanation.h"
#include "support/catalog_file.h"

static struct arena *arena;
static const char *model_text;
static struct score_model *model;
static struct responsibility_tables tables;

static const struct counterfactual *change_of(const struct counterfactuals *k,
                                              enum factor factor)
{
	for (size_t i = 0; i < k->n_changes; i++)
		if (k->changes[i].factor == factor)
			return &k->changes[i];
	return NULL;
}

static const int64_t no_witness[N_INPUTS];

/* As the scorer would have stored it. */
static struct explanation stored(const struct score_inputs *in, const char *category)
{
	int64_t *inputs = ARENA_ARRAY(arena, int64_t, N_INPUTS);
	int64_t *points = ARENA_ARRAY(arena, int64_t, N_FACTORS);
	int64_t *basis = ARENA_ARRAY(arena, int64_t, N_INPUTS);
	const struct score score = score_of(model, in);
	int32_t row[N_INPUTS];

	inputs_to_row(in, row);
	for (int i = 0; i < N_INPUTS; i++) {
		inputs[i] = row[i];
		basis[i] = BASIS_REPORTED;
	}
	for (int i = 0; i < N_FACTORS; i++)
		points[i] = score.points[i];
	if (in->exposure == EXPOSURE_UNKNOWN)
		basis[INPUT_EXPOSURE] = BASIS_ASSUMED;
	return (struct explanation){.model = "rs-1.0.0",
	                            .control = "",
	                            .category = category,
	                            .inputs = inputs,
	                            .points = points,
	                            .basis = basis,
	                            .witness = no_witness,
	                            .n_inputs = N_INPUTS,
	                            .n_points = N_FACTORS};
}

/* 668 points: without the internet 498. */
static const struct score_inputs bucket = {.sev100 = 90,
                                           .lik_kind = LIKELIHOOD_CLASS,
                                           .lik = 4,
                                           .automatable = true,
                                           .exposure = EXPOSURE_OPEN,
                                           .crit = CRITICALITY_PRODUCTION,
                                           .data = SENSITIVITY_REGULATED,
                                           .priv = PRIVILEGE_UNKNOWN,
                                           .failing = 1,
                                           .applicable = 5,
                                           .corr = CORROBORATION_INDEPENDENT};

static void test_explanation_changes__does_not_count_the_fix_itself(void **state)
{
	const struct explanation exposed = stored(&bucket, "public_storage_exposure");
	const struct explanation other = stored(&bucket, "secret_in_code");
	struct counterfactuals k;

	(void)state;
	assert_true(explanation_changes(&exposed, &tables, model_text, &k));
	assert_null(change_of(&k, FACTOR_EXPOSURE));
	assert_true(explanation_changes(&other, &tables, model_text, &k));
	assert_non_null(change_of(&k, FACTOR_EXPOSURE));
}

/* Exposed, it would be automatable too: 65 points more, and 40. */
static void test_explanation_changes__knows_what_an_exposure_brings_with_it(void **state)
{
	struct score_inputs in = bucket;
	struct counterfactuals k;

	(void)state;
	in.exposure = EXPOSURE_UNKNOWN;
	in.automatable = false;

	const struct explanation e = stored(&in, "public_api_no_auth");

	assert_true(explanation_changes(&e, &tables, model_text, &k));
	assert_int_equal(k.unknowns[0].factor, FACTOR_EXPOSURE);
	assert_int_equal(k.unknowns[0].high.score.total, score_of(model, &in).total + 105);
	assert_int_equal(k.unknowns[0].low.score.total, score_of(model, &in).total - 65);
}

/* Off the internet, a path to a crown jewel is a toxic combination and no floor holds it;
 * it is no path less by that, so breaking it is not told. */
static void
test_explanation_changes__lets_the_level_of_a_path_follow_its_entry(void **state)
{
	struct score_inputs in = bucket;
	const struct counterfactual *change;
	struct counterfactuals k;
	struct explanation e;

	(void)state;
	in.crit = CRITICALITY_MISSION;
	in.path = PATH_TO_CROWN_JEWEL;
	e = stored(&in, "sensitive_data_public");
	e.path_members = "[]";
	assert_true(explanation_changes(&e, &tables, model_text, &k));
	assert_null(change_of(&k, FACTOR_PATH));
	change = change_of(&k, FACTOR_EXPOSURE);
	assert_non_null(change);
	assert_int_equal(change->steps, 2);
	assert_int_equal(change->inputs.path, PATH_TOXIC_RULE);
	assert_int_equal(change->score.total, score_of(model, &in).total - 75 - 25);
}

static void test_explanation_changes__refuses_what_it_cannot_score(void **state)
{
	const struct explanation e = stored(&bucket, "public_storage_exposure");
	struct explanation other = e;
	struct counterfactuals k;
	int64_t values[N_INPUTS];
	int64_t points[N_FACTORS];

	(void)state;
	assert_false(explanation_changes(&e, &tables, NULL, &k));
	other.n_inputs = N_INPUTS - 1;
	assert_false(explanation_changes(&other, &tables, model_text, &k));
	other = e;
	memcpy(points, e.points, sizeof(points));
	points[FACTOR_DATA]++;
	points[FACTOR_POLICY]--;
	other.points = points;
	assert_false(explanation_changes(&other, &tables, model_text, &k));
	other.points = e.points;
	other.inputs = values;
	for (int i = 0; i < N_INPUTS; i++) {
		memcpy(values, e.inputs, sizeof(values));
		values[i] = 1000000;
		assert_false(explanation_changes(&other, &tables, model_text, &k));
		values[i] = -1;
		assert_false(explanation_changes(&other, &tables, model_text, &k));
	}
}

static void test_explanation_write_changes__names_levels_and_scores(void **state)
{
	const struct explanation e = stored(&bucket, "secret_in_code");
	struct counterfactuals k;
	struct strbuf b = {0};

	(void)state;
	assert_true(explanation_changes(&e, &tables, model_text, &k));
	json_write_open(&b, NULL, '{');
	explanation_write_changes(&b, &e, &k);
	json_write_close(&b, '}');
	assert_string_equal(
	        strbuf_text(&b),
	        "{\"counterfactuals\":["
	        "{\"factor\":\"exposure\",\"from\":\"internet open\",\"to\":\"none\","
	        "\"score\":498,\"band\":\"medium\",\"points\":0,\"steps\":4,"
	        "\"lowers_band\":true}],"
	        "\"unknowns\":[{\"factor\":\"privilege\","
	        "\"low\":{\"score\":653,\"band\":\"high\",\"value\":\"none\"},"
	        "\"high\":{\"score\":713,\"band\":\"critical\",\"value\":\"admin\"}}],"
	        "\"bounds\":{\"low\":{\"score\":653,\"band\":\"high\"},"
	        "\"high\":{\"score\":713,\"band\":\"critical\"}}}");
	strbuf_done(&b);
}

static int load(void **state)
{
	struct responsibility_texts texts;
	struct error err;

	(void)state;
	arena = arena_new(1 << 16);
	texts = (struct responsibility_texts){
	        .matrix = catalog_file("responsibility/matrix.csv", arena),
	        .resource_types = catalog_file("responsibility/resource_types.csv", arena),
	        .finding_categories =
	                catalog_file("responsibility/finding_categories.csv", arena)};
	model_text = catalog_file("models/rs-1.0.0.json", arena);
	if (!texts.matrix || !texts.resource_types || !texts.finding_categories ||
	    !model_text)
		return -1;
	return responsibility_load(&texts, arena, &tables, &err) == 0 &&
	                       score_model_load(model_text, strlen(model_text), &model,
	                                        &err) == 0
	               ? 0
	               : -1;
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
	        cmocka_unit_test(test_explanation_changes__does_not_count_the_fix_itself),
	        cmocka_unit_test(
	                test_explanation_changes__knows_what_an_exposure_brings_with_it),
	        cmocka_unit_test(
	                test_explanation_changes__lets_the_level_of_a_path_follow_its_entry),
	        cmocka_unit_test(test_explanation_changes__refuses_what_it_cannot_score),
	        cmocka_unit_test(test_explanation_write_changes__names_levels_and_scores),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
