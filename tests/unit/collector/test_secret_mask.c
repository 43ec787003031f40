/* SPDX-License-Identifier: Apache-2.0 */
/* What a secret scanner found must not reach the store, whatever surrounds it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#include "collector/secret_mask.h"

static void test_secret_mask__overwrites_the_named_values_only(void **state)
{
	static const char *const keys[] = {"Match", "Content", NULL};
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
	        {"a value", "{\"Match\":\"abc\",\"x\":\"abc\"}",
	         "{\"Match\":\"***\",\"x\":\"abc\"}"},
	        {"blanks", "{ \"Match\" :\n \"ab\" }", "{ \"Match\" :\n \"**\" }"},
	        {"escapes", "{\"Match\":\"a\\\"b\",\"y\":1}",
	         "{\"Match\":\"****\",\"y\":1}"},
	        {"deep", "{\"a\":[{\"Content\":\"k\"},{\"Content\":\"\"}]}",
	         "{\"a\":[{\"Content\":\"*\"},{\"Content\":\"\"}]}"},
	        {"a value of that name", "{\"x\":\"Match\",\"y\":\"z\"}",
	         "{\"x\":\"Match\",\"y\":\"z\"}"},
	        {"a list", "{\"Match\":[[1,\"a]b\"],\"c\"],\"x\":[\"d\"]}",
	         "{\"Match\":[[1,\"***\"],\"*\"],\"x\":[\"d\"]}"},
	        {"a list, cut off", "{\"Match\":[\"ab\",[\"c", "{\"Match\":[\"**\",[\"*"},
	        {"an object",
	         "{\"Match\":{\"k\" : \"ab\",\"l\":[\"c\",{\"m\":1}]},\"x\":\"d\"}",
	         "{\"Match\":{\"k\" : \"**\",\"l\":[\"*\",{\"m\":1}]},\"x\":\"d\"}"},
	        {"an object, cut off", "{\"Match\":{\"k\":\"ab", "{\"Match\":{\"k\":\"**"},
	        {"a number", "{\"Match\":12}", "{\"Match\":12}"},
	        {"cut off", "{\"Match\":\"abc", "{\"Match\":\"***"},
	        {"cut off in an escape", "{\"Match\":\"ab\\", "{\"Match\":\"***"},
	        {"a key in a text", "{\"x\":\"say \\\"Match\\\":\\\"q\\\"\"}",
	         "{\"x\":\"say \\\"Match\\\":\\\"q\\\"\"}"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(256);
		char *text = arena_strdup(a, rows[i].text);

		secret_mask(text, strlen(text), keys);
		if (strcmp(text, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].name, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_secret_mask__overwrites_the_named_values_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
