/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the transition table against the rules of the lifecycle, and the rank. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/risk.h"

static void fail_row(const struct risk_transition *t, const char *why)
{
	fail_msg("%s to %s (%s): %s", risk_state_name(t->from), risk_state_name(t->to),
	         t->reason, why);
}

static void test_risk_transitions__are_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_risk_transitions; i++) {
		const struct risk_transition *t = &risk_transitions[i];

		if (t->from == t->to)
			fail_row(t, "leads nowhere");
		if (t->reason == NULL || t->reason[0] == '\0')
			fail_row(t, "has no reason");
		if (risk_transition_find(t->from, t->to, t->actor, t->reason) != t)
			fail_row(t, "is there twice");
	}
}

static bool has(enum risk_state from, enum risk_state to, enum risk_actor actor)
{
	return risk_transition_find(from, to, actor, NULL) != NULL;
}

static void test_risk_transitions__resolve_any_state_by_proof_alone(void **state)
{
	(void)state;
	for (int s = 0; s < N_RISK_STATES; s++) {
		const enum risk_state from = (enum risk_state)s;

		assert_int_equal(has(from, RISK_RESOLVED, ACTOR_SYSTEM),
		                 from != RISK_RESOLVED);
		assert_false(has(from, RISK_RESOLVED, ACTOR_HUMAN));
		assert_false(has(RISK_RESOLVED, from, ACTOR_HUMAN));
	}
	assert_true(has(RISK_RESOLVED, RISK_OPEN, ACTOR_SYSTEM));
}

static void test_risk_transitions__reach_every_state_and_leave_it(void **state)
{
	bool reached[N_RISK_STATES] = {[RISK_OPEN] = true};

	(void)state;
	for (int round = 0; round < N_RISK_STATES; round++) {
		for (size_t i = 0; i < n_risk_transitions; i++) {
			if (reached[risk_transitions[i].from])
				reached[risk_transitions[i].to] = true;
		}
	}
	for (int s = 0; s < N_RISK_STATES; s++) {
		if (!reached[s])
			fail_msg("%s is never reached",
			         risk_state_name((enum risk_state)s));
		if (s == RISK_OPEN)
			continue;
		if (!has((enum risk_state)s, RISK_OPEN, ACTOR_SYSTEM) &&
		    !has((enum risk_state)s, RISK_OPEN, ACTOR_HUMAN) &&
		    !has((enum risk_state)s, RISK_IN_PROGRESS, ACTOR_HUMAN))
			fail_msg("%s never opens again",
			         risk_state_name((enum risk_state)s));
	}
}

static void test_risk_transitions__end_contested_as_designed(void **state)
{
	(void)state;
	assert_true(has(RISK_CONTESTED, RISK_RESOLVED, ACTOR_SYSTEM));
	assert_true(has(RISK_CONTESTED, RISK_ACCEPTED, ACTOR_HUMAN));
	assert_true(has(RISK_CONTESTED, RISK_IN_PROGRESS, ACTOR_HUMAN));
	assert_false(has(RISK_CONTESTED, RISK_FALSE_POSITIVE, ACTOR_HUMAN));
	assert_false(has(RISK_CONTESTED, RISK_OPEN, ACTOR_HUMAN));
}

static void test_risk_transitions__leave_decisions_to_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_risk_transitions; i++) {
		const struct risk_transition *t = &risk_transitions[i];

		if (t->to == RISK_FALSE_POSITIVE && t->actor != ACTOR_HUMAN)
			fail_row(t, "a system calls nothing a false positive");
		if (t->to == RISK_SUPPRESSED && t->actor != ACTOR_SYSTEM)
			fail_row(t, "muting follows from facts and rules");
		/* What was decided is not undone by muting. */
		if (t->to == RISK_SUPPRESSED &&
		    (t->from == RISK_ACCEPTED || t->from == RISK_FALSE_POSITIVE))
			fail_row(t, "a decision stays");
	}
	assert_true(has(RISK_ACCEPTED, RISK_OPEN, ACTOR_SYSTEM));
	assert_true(has(RISK_FALSE_POSITIVE, RISK_OPEN, ACTOR_SYSTEM));
	assert_null(risk_transition_find(RISK_OPEN, RISK_ACCEPTED, ACTOR_HUMAN, "muted"));
}

static void test_risk_states__have_names_and_three_are_open(void **state)
{
	int n_open = 0;

	(void)state;
	for (int s = 0; s < N_RISK_STATES; s++) {
		enum risk_state back;

		assert_int_equal(
		        risk_state_parse(risk_state_name((enum risk_state)s), &back), 0);
		assert_int_equal(back, s);
		n_open += risk_state_is_open((enum risk_state)s);
	}
	assert_int_equal(n_open, 3);
	assert_true(risk_state_is_open(RISK_CONTESTED));
	assert_false(risk_state_is_open(RISK_SUPPRESSED));
	assert_int_equal(risk_state_parse("Open", &(enum risk_state){RISK_OPEN}), -1);
	assert_string_equal(risk_state_name(RISK_FALSE_POSITIVE), "false_positive");
}

static void test_band_of_score__has_the_limits_of_the_model(void **state)
{
	static const struct {
		int score;
		enum band band;
	} rows[] = {
	        {0, BAND_LOW},        {299, BAND_LOW},       {300, BAND_MEDIUM},
	        {499, BAND_MEDIUM},   {500, BAND_HIGH},      {699, BAND_HIGH},
	        {700, BAND_CRITICAL}, {1000, BAND_CRITICAL},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_int_equal(band_of_score(rows[i].score), rows[i].band);
	for (int b = 0; b < N_BANDS; b++) {
		enum band back;

		assert_int_equal(band_parse(band_name((enum band)b), &back), 0);
		assert_int_equal(back, b);
	}
	assert_int_equal(band_parse("", &(enum band){BAND_LOW}), -1);
	assert_string_equal(band_name(BAND_CRITICAL), "critical");
}

static void test_risk_rank__orders_band_then_clock_then_score(void **state)
{
	static const struct {
		enum band band;
		enum sla_state sla;
		int score;
	} ascending[] = {
	        {BAND_LOW, SLA_NONE, 0},
	        {BAND_LOW, SLA_NONE, 299},
	        {BAND_MEDIUM, SLA_OK, 300},
	        {BAND_MEDIUM, SLA_DUE_SOON, 300},
	        {BAND_MEDIUM, SLA_BREACHED, 300},
	        {BAND_HIGH, SLA_PAUSED, 500},
	        {BAND_HIGH, SLA_DUE_SOON, 500},
	        {BAND_HIGH, SLA_BREACHED, 500},
	        {BAND_HIGH, SLA_BREACHED, 699},
	        {BAND_CRITICAL, SLA_OK, 1000},
	        {BAND_CRITICAL, SLA_BREACHED, 700},
	};
	int64_t before = -1;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(ascending); i++) {
		const int64_t rank =
		        risk_rank(ascending[i].band, ascending[i].sla, ascending[i].score);

		if (rank <= before)
			fail_msg("row %zu does not stand above the one before", i);
		before = rank;
	}
	assert_int_equal(risk_rank(BAND_CRITICAL, SLA_BREACHED, 803),
	                 (3 * 4 + 2) * 1024 + 803);
	assert_int_equal(risk_rank(BAND_HIGH, SLA_MET, 600), (2 * 4) * 1024 + 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_risk_transitions__are_well_formed),
	        cmocka_unit_test(test_risk_transitions__resolve_any_state_by_proof_alone),
	        cmocka_unit_test(test_risk_transitions__reach_every_state_and_leave_it),
	        cmocka_unit_test(test_risk_transitions__end_contested_as_designed),
	        cmocka_unit_test(test_risk_transitions__leave_decisions_to_people),
	        cmocka_unit_test(test_risk_states__have_names_and_three_are_open),
	        cmocka_unit_test(test_band_of_score__has_the_limits_of_the_model),
	        cmocka_unit_test(test_risk_rank__orders_band_then_clock_then_score),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
