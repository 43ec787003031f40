/* SPDX-License-Identifier: Apache-2.0 */
/* Error texts: one line, UTF-8, cut at a bound, and kept on the way up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void test_error__set_returns_the_code(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, ERR_LIMIT, "page %d", 3), ERR_LIMIT);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(err.retry_after_ms, 0);
	assert_string_equal(err.text, "page 3");
}

static void test_error__set_may_quote_the_text_it_replaces(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, ERR_INVALID, "inner");
	error_set(&err, ERR_INTERNAL, "outer: %s", err.text);
	assert_string_equal(err.text, "outer: inner");
}

static void test_error__text_is_one_line_of_utf8(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, ERR_INVALID, "%s", "a\nb\tc\x1b[1m \xc3\xa9 \xff|");
	assert_string_equal(err.text, "a b c [1m \xc3\xa9 ?|");
}

static void test_error__text_is_cut_between_characters(void **state)
{
	struct error err;
	char text[3 * ERROR_TEXT_MAX];
	size_t lead, i;

	(void)state;
	for (lead = 0; lead < 3; lead++) {
		memset(text, 'a', lead);
		for (i = lead; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 3);
		text[i] = '\0';
		error_set(&err, ERR_INVALID, "%s", text);
		assert_true(strlen(err.text) < ERROR_TEXT_MAX);
		assert_true(strlen(err.text) >= ERROR_TEXT_MAX - 4);
		assert_int_equal((strlen(err.text) - lead) % 3, 0);
	}
}

static void test_error__wrap_puts_the_context_before(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, ERR_THROTTLED, "status 429");
	err.retry_after_ms = 5000;
	assert_int_equal(error_wrap(&err, "source %s", "prod-eu"), ERR_THROTTLED);
	assert_string_equal(err.text, "source prod-eu: status 429");
	assert_int_equal(err.retry_after_ms, 5000);
}

static void test_error__wrap_never_overflows(void **state)
{
	struct error err;
	char text[2 * ERROR_TEXT_MAX];
	int i;

	(void)state;
	memset(text, 'b', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, ERR_INVALID, "%s", text);
	for (i = 0; i < 4; i++)
		error_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
}

static void test_error__names_differ(void **state)
{
	int i, k;

	(void)state;
	for (i = ERR_INVALID; i >= ERR_INTERNAL; i--)
		for (k = i - 1; k >= ERR_INTERNAL; k--)
			assert_string_not_equal(error_code_name((enum error_code)i),
			                        error_code_name((enum error_code)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_error__set_returns_the_code),
	        cmocka_unit_test(test_error__set_may_quote_the_text_it_replaces),
	        cmocka_unit_test(test_error__text_is_one_line_of_utf8),
	        cmocka_unit_test(test_error__text_is_cut_between_characters),
	        cmocka_unit_test(test_error__wrap_puts_the_context_before),
	        cmocka_unit_test(test_error__wrap_never_overflows),
	        cmocka_unit_test(test_error__names_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
