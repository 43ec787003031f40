/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Toxic rules: what the file may say, which risks are elements of which clauses, and that
 * a path is scored by its weakest step, whatever their order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/path_risk.h"
#include "scorer/toxic_element.h"
#include "support/catalog_file.h"
#include "support/random.h"

enum {
	N_CASES = 20000,
	N_STEPS_MAX = 6
};

static struct arena *arena;
static struct responsibility_tables tables;
static struct score_model *model;
static struct toxic_rules catalogue;

#define HEAD "rule\tcategory\ttarget\ttitle\tplaces\n"

static void test_catalogue(void **state)
{
	(void)state;
	assert_int_equal(catalogue.n_rules, 10);
	for (size_t i = 0; i < catalogue.n_rules; i++) {
		const struct toxic_rule *rule = &catalogue.rules[i];

		assert_true(rule->n_places > rule->target);
		assert_true(rule->n_places > 0);
		for (size_t p = 1; p < rule->n_places; p++)
			assert_true(rule->places[p].same || rule->places[p].reach);
	}
	assert_null(toxic_rule_find(&catalogue, "no-such-rule"));
}

static void test_grammar(void **state)
{
	const char *text =
	        HEAD "a\tedr_missing\t1\tTitle\tx: exploited & privilege>=broad | "
	             "category=edr_missing ; y (same, runs_as, <contains): "
	             "sensitivity>=regulated\n";
	struct toxic_rules rules;
	struct error err;

	(void)state;
	assert_int_equal(toxic_rules_load(text, &tables, arena, &rules, &err), 0);
	const struct toxic_rule *rule = toxic_rule_find(&rules, "a");

	assert_non_null(rule);
	assert_string_equal(rule->title, "Title");
	assert_int_equal(rule->target, 1);
	assert_int_equal(rule->n_places, 2);
	assert_string_equal(rule->places[0].name, "x");
	assert_int_equal(rule->places[0].n_clauses, 2);
	assert_int_equal(rule->places[0].clauses[0].elements, 2);
	assert_int_equal(rule->places[0].clauses[1].elements, 4);
	assert_int_equal(rule->places[0].clauses[1].least[CONTEXT_PRIVILEGE],
	                 PRIVILEGE_BROAD);
	assert_int_equal(rule->places[0].clauses[1].least[CONTEXT_EXPOSURE], -1);
	assert_true(rule->places[1].same);
	assert_int_equal(rule->places[1].reach,
	                 1 << EDGE_RUNS_AS | 1 << (EDGE_CONTAINS + TOXIC_REACH_BACK));
	assert_int_equal(rule->places[1].clauses[0].elements, 0);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} all[] = {
	        {"rule\tx\n", "toxic_rules.tsv:1: unexpected header"},
	        {HEAD "a\tedr_missing\t0\tT\n", "toxic_rules.tsv:2: too few cells"},
	        {HEAD "a\tnone\t0\tT\tx: exploited\n",
	         "toxic_rules.tsv:2: no such category"},
	        {HEAD "a\tedr_missing\t1\tT\tx: exploited\n", "no place is the target"},
	        {HEAD "a\tedr_missing\t0\tT\tx: exploitd\n",
	         "toxic_rules.tsv:2: no such condition \"exploitd\""},
	        {HEAD "a\tedr_missing\t0\tT\tx: privilege>=root\n",
	         "no such level \"root\""},
	        {HEAD "a\tedr_missing\t0\tT\tx: privilege>broad\n", "no such condition"},
	        {HEAD "a\tedr_missing\t0\tT\tx: severity>=9\n", "no such condition"},
	        {HEAD "a\tedr_missing\t0\tT\tx: likelihood>=many\n", "no such condition"},
	        {HEAD "a\tedr_missing\t0\tT\tx: domain=moon\n", "no such domain \"moon\""},
	        {HEAD "a\tedr_missing\t0\tT\tx: rule=loose\n", "connector/rule"},
	        {HEAD "a\tedr_missing\t0\tT\tx\n", "without conditions"},
	        {HEAD "a\tedr_missing\t0\tT\tx (same): exploited\n", "no way can lead to"},
	        {HEAD "a\tedr_missing\t0\tT\tx: exploited ; y: takeover\n",
	         "no way leads to"},
	        {HEAD "a\tedr_missing\t0\tT\tx: exploited ; y (flies_to): takeover\n",
	         "no such edge \"flies_to\""},
	        {HEAD "a\tedr_missing\t0\tT\tx: exploited\n"
	              "a\tedr_missing\t0\tT\tx: exploited\n",
	         "toxic_rules.tsv:3: a rule again"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(all); i++) {
		struct toxic_rules rules;
		struct error err = {0};

		assert_int_equal(
		        toxic_rules_load(all[i].text, &tables, arena, &rules, &err),
		        ERR_INVALID);
		if (!strstr(err.text, all[i].why))
			fail_msg("\"%s\" does not say \"%s\"", err.text, all[i].why);
	}
}

/* --- elements --- */

static int64_t bit_of(const char *rule, size_t place, size_t clause)
{
	return toxic_rule_find(&catalogue, rule)->places[place].clauses[clause].elements;
}

static int64_t elements(const char *connector, const char *rule, const char *category,
                        const struct control *control, const struct score_inputs *in)
{
	static struct evidence e;
	static struct member member = {.e = &e};
	const struct risk_group g = {.subject = in->is_cve ? "cve:C" : "rule:r",
	                             .category = category,
	                             .control = control,
	                             .members = &member,
	                             .n_members = 1};
	const struct score score = score_of(model, in);

	e = (struct evidence){.class = in->is_cve ? CLASS_VULNERABILITY
	                                          : CLASS_MISCONFIGURATION,
	                      .connector = connector,
	                      .rule = rule};
	return toxic_elements_of(&catalogue, &g,
	                         category_of_group(&tables, &g, "AWS::EC2::Instance"), in,
	                         &score);
}

static void test_elements(void **state)
{
	const struct control ssh = {.id = "vm.ssh-password",
	                            .category = "legacy_auth_enabled"};
	const struct score_inputs quiet = {.is_cve = true, .lik = 100};
	const struct score_inputs likely = {.is_cve = true, .lik = 10000};
	const struct score_inputs known = {
	        .is_cve = true, .lik = 100, .maturity = MATURITY_ACTIVE};
	const struct score_inputs total = {
	        .is_cve = true, .lik = 100, .automatable = true, .total = true};
	const struct score_inputs other = {.lik_kind = LIKELIHOOD_CLASS, .lik = 2};
	const int64_t exploitable = bit_of("exploitable-entry-broad-rights", 0, 1);

	(void)state;
	assert_int_equal(elements("scan", "r", "", NULL, &quiet), 0);
	assert_int_equal(elements("scan", "r", "", NULL, &likely), exploitable);
	assert_int_equal(elements("scan", "r", "", NULL, &known),
	                 exploitable | bit_of("exploited-unwatched", 0, 0));
	assert_int_equal(elements("scan", "r", "", NULL, &total),
	                 bit_of("takeover-to-sensitive-data", 0, 1));
	assert_int_equal(elements("hub", "r", "edr_missing", NULL, &other),
	                 bit_of("exploited-unwatched", 0, 1));
	assert_int_equal(elements("hub", "r", "legacy_auth_enabled", &ssh, &other),
	                 bit_of("open-management-password", 1, 0));
	assert_int_equal(elements("hub", "r", "public_storage_exposure", NULL, &other),
	                 TOXIC_EXPOSED | bit_of("public-storage-sensitive-data", 0, 0) |
	                         bit_of("exploitable-entry-broad-rights", 0, 0) |
	                         bit_of("takeover-to-sensitive-data", 0, 0));
	assert_int_equal(
	        elements("checkov", "CKV_GIT_5", "legacy_auth_enabled", NULL, &other),
	        bit_of("pipeline-owner-unprotected-branch", 0, 0));
	assert_int_equal(
	        elements("other", "CKV_GIT_5", "legacy_auth_enabled", NULL, &other), 0);
	assert_int_equal(elements("x", "My_Branch_Protection_Off", "legacy_auth_enabled",
	                          NULL, &other),
	                 bit_of("pipeline-owner-unprotected-branch", 0, 0));
	/* A CVE is no failing control, whatever stands in its category. */
	assert_int_equal(elements("scan", "r", "edr_missing", NULL, &quiet), 0);
}

/* --- the score of a path --- */

static struct score_inputs random_step(void)
{
	const bool is_cve = random_below(2);
	const int applicable = random_below(7);

	return (struct score_inputs){
	        .sev100 = random_below(101),
	        .lik_kind = is_cve ? LIKELIHOOD_EPSS : LIKELIHOOD_CLASS,
	        .lik = is_cve ? 1 + random_below(100000) : random_below(5),
	        .maturity = (enum maturity)random_below(6),
	        .automatable = random_below(2),
	        .total = random_below(2),
	        .applicable = applicable,
	        .failing = random_below(applicable + 1),
	        .corr = (enum corroboration)random_below(4),
	        .is_cve = is_cve,
	};
}

static void shuffle(struct path_step *steps, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		const size_t k = (size_t)random_below((int)i);
		const struct path_step swap = steps[i - 1];

		steps[i - 1] = steps[k];
		steps[k] = swap;
	}
}

static struct score score_path(const struct path_facts *facts, int32_t row[N_INPUTS])
{
	const struct score_inputs in = path_inputs(model, facts);

	inputs_to_row(&in, row);
	return score_of(model, &in);
}

static struct path_facts random_path(struct path_step *steps)
{
	const struct path_facts facts = {
	        .steps = steps,
	        .n_steps = 1 + (size_t)random_below(N_STEPS_MAX),
	        .level = (enum path_level)(PATH_TOXIC_RULE + random_below(3)),
	        .entry_exposure = (enum exposure)random_below(6),
	        .target = {.criticality = (enum criticality)random_below(6),
	                   .sensitivity = (enum sensitivity)random_below(5),
	                   .privilege = (enum privilege)random_below(6)}};

	for (size_t i = 0; i < facts.n_steps; i++)
		steps[i] = (struct path_step){.clauses = 1 << random_below(3),
		                              .inputs = random_step()};
	return facts;
}

/* Is another step there for each clause of the last one? */
static bool is_spare(const struct path_facts *facts)
{
	int64_t others = 0;

	for (size_t i = 0; i + 1 < facts->n_steps; i++)
		others |= facts->steps[i].clauses;
	return !(facts->steps[facts->n_steps - 1].clauses & ~others);
}

/*
 * A step less where another one does its work (a member was closed) never raises the
 * score; a clause less (one that context fulfils now) never lowers it; the order of steps
 * says nothing.
 */
static void test_path_scores(void **state)
{
	struct path_step steps[N_STEPS_MAX];
	int32_t row[N_INPUTS], other[N_INPUTS];

	(void)state;
	random_begin(20261125);
	for (int i = 0; i < N_CASES; i++) {
		struct path_facts facts = random_path(steps);
		const int total = score_path(&facts, row).total;

		shuffle(steps, facts.n_steps);
		score_path(&facts, other);
		assert_memory_equal(row, other, sizeof(row));
		assert_int_equal(row[INPUT_EXPOSURE], facts.entry_exposure);
		if (facts.n_steps == 1)
			continue;
		const bool spare = is_spare(&facts);

		facts.n_steps--;
		const int less = score_path(&facts, other).total;

		if (spare)
			assert_true(less <= total);
		for (size_t k = 0; k < facts.n_steps; k++)
			steps[k].clauses = 1;
		const int alone = score_path(&facts, other).total;

		steps[0].clauses = 2;
		assert_true(score_path(&facts, other).total <= alone);
	}
}

/* One step a clause: the least sum decides, from whichever asset. */
static void test_weakest_step(void **state)
{
	const struct path_step steps[] = {
	        {1,
	         {.sev100 = 90,
	          .lik_kind = LIKELIHOOD_CLASS,
	          .lik = 4,
	          .corr = 3,
	          .applicable = 4,
	          .failing = 1}},
	        {2,
	         {.sev100 = 60,
	          .lik_kind = LIKELIHOOD_CLASS,
	          .lik = 3,
	          .corr = 2,
	          .applicable = 4,
	          .failing = 3}},
	        {4,
	         {.sev100 = 95,
	          .lik_kind = LIKELIHOOD_CLASS,
	          .lik = 4,
	          .corr = 1,
	          .applicable = 0}},
	};
	const struct path_facts facts = {.steps = steps,
	                                 .n_steps = N_ELEMENTS(steps),
	                                 .level = PATH_TO_CROWN_JEWEL,
	                                 .entry_exposure = EXPOSURE_OPEN,
	                                 .target = {.criticality = CRITICALITY_MISSION,
	                                            .sensitivity = SENSITIVITY_REGULATED,
	                                            .privilege = PRIVILEGE_ADMIN}};
	const struct score_inputs in = path_inputs(model, &facts);
	const struct score s = score_of(model, &in);

	(void)state;
	assert_int_equal(in.sev100, 60);
	assert_int_equal(in.lik, 3);
	assert_int_equal(in.corr, CORROBORATION_STANDARD);
	assert_int_equal(in.applicable, 0);
	/* 90 + 135 of the step, 130 + 100 + 80 + 60 of the ends, 70 of the path, 10 */
	assert_int_equal(s.total - s.points[FACTOR_POLICY], 675);
	assert_int_equal(s.total, 700);
}

static int load(void **state)
{
	const struct responsibility_texts texts = {
	        .matrix = catalog_file("responsibility/matrix.csv", arena),
	        .resource_types = catalog_file("responsibility/resource_types.csv", arena),
	        .finding_categories =
	                catalog_file("responsibility/finding_categories.csv", arena),
	};
	const char *text = catalog_file("models/rs-1.0.0.json", arena);
	struct error err;

	(void)state;
	if (responsibility_load(&texts, arena, &tables, &err) < 0 ||
	    score_model_load(text, strlen(text), &model, &err) < 0 ||
	    toxic_rules_load(catalog_file("toxic_rules.tsv", arena), &tables, arena,
	                     &catalogue, &err) < 0) {
		printf("%s\n", err.text);
		return -1;
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_catalogue),   cmocka_unit_test(test_grammar),
	        cmocka_unit_test(test_refused),     cmocka_unit_test(test_elements),
	        cmocka_unit_test(test_path_scores), cmocka_unit_test(test_weakest_step),
	};
	int failed;

	arena = arena_new(1 << 16);
	failed = cmocka_run_group_tests(tests, load, NULL);
	score_model_free(model);
	arena_free(arena);
	return failed;
}
