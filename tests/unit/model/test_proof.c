/* SPDX-License-Identifier: Apache-2.0 */
/* When absence is believed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/proof.h"

struct judged {
	struct proof_counts counts;
	enum scope_state state;
	const char *why;
};

static void test_proof_judge__believes_absence_up_to_a_measure(void **state)
{
	static const struct judged rows[] = {
	        {{0, 0, 0, 0}, SCOPE_COMPLETE, ""},
	        {{10, 10, 0, 0}, SCOPE_COMPLETE, ""},
	        {{1, 50, 49, 49}, SCOPE_COMPLETE, ""},
	        {{1, 51, 50, 50}, SCOPE_COMPLETE, ""},
	        {{1, 52, 51, 51}, SCOPE_HELD, "would close 51 of 52 findings"},
	        {{300, 300, 60, 60},
	         SCOPE_COMPLETE,
	         ""}, /* a fifth is not more than a fifth */
	        {{300, 300, 61, 61}, SCOPE_HELD, "would close 61 of 300 findings"},
	        {{300, 300, 200, 3}, SCOPE_COMPLETE, ""}, /* most are missed once only */
	        {{0, 1, 1, 1}, SCOPE_HELD, "lists nothing at all; live there: 1"},
	        {{0, 2, 2, 0}, SCOPE_HELD, "lists nothing at all; live there: 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char why[160];

		assert_int_equal(proof_judge(&rows[i].counts, why, sizeof(why)),
		                 rows[i].state);
		assert_string_equal(why, rows[i].why);
	}
}

static void test_scope_state__has_a_word(void **state)
{
	(void)state;
	assert_string_equal(scope_state_name(SCOPE_NOT_ENABLED), "not_enabled");
	assert_string_equal(scope_state_name(SCOPE_HELD), "held");
	assert_false(scope_state_is_blind(SCOPE_MET));
	assert_false(scope_state_is_blind(SCOPE_COMPLETE));
	assert_true(scope_state_is_blind(SCOPE_PARTIAL));
	assert_true(scope_state_is_blind(SCOPE_LOST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_proof_judge__believes_absence_up_to_a_measure),
	        cmocka_unit_test(test_scope_state__has_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
