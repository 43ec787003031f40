/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"

#include "api/if_match.h"

static void test_if_match__reads_the_version_of_a_strong_etag(void **state)
{
	static const struct {
		const char *header;
		enum if_match want;
		int64_t version;
	} cases[] = {
	        {NULL, IF_MATCH_MISSING, 0},
	        {"", IF_MATCH_MISSING, 0},
	        {"*", IF_MATCH_ANY, 0},
	        {" * ", IF_MATCH_ANY, 0},
	        {"*x", IF_MATCH_MISSING, 0},
	        {"\"7\"", IF_MATCH_VERSION, 7},
	        {"\"7-1-22-0\"", IF_MATCH_VERSION, 7},
	        {"\"12-1-22-0-gz\"", IF_MATCH_VERSION, 12},
	        {"\"7-1\", \"8-1\"", IF_MATCH_VERSION, 7},
	        {"W/\"7\"", IF_MATCH_MISSING, 0},
	        {"7", IF_MATCH_MISSING, 0},
	        {"\"7", IF_MATCH_MISSING, 0},
	        {"\"\"", IF_MATCH_MISSING, 0},
	        {"\"-1\"", IF_MATCH_MISSING, 0},
	        {"\"7x\"", IF_MATCH_MISSING, 0},
	        {"\"9999999999999999999\"", IF_MATCH_MISSING, 0},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int64_t version = 0;
		const enum if_match got = if_match_read(cases[i].header, &version);

		if (got != cases[i].want)
			fail_msg("%s", cases[i].header ? cases[i].header : "none");
		if (got == IF_MATCH_VERSION)
			assert_int_equal(version, cases[i].version);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_if_match__reads_the_version_of_a_strong_etag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
