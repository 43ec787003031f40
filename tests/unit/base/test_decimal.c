/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal text to scaled integers, exactly. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/decimal.h"

static const struct {
	const char *text;
	int64_t scale;
	int64_t value;
} good_rows[] = {
        {"9.8", 10, 98},
        {"0", 10, 0},
        {"-0", 10, 0},
        {"10", 10, 100},
        {"7.25", 10, 73},
        {"7.24", 10, 72},
        {"7.249999999999999999999999", 10, 72},
        {"0.285", 100, 29},
        {"-0.5", 1, 0},
        {"-0.51", 1, -1},
        {"-1.5", 1, -1},
        {"0.5", 1, 1},
        {"0.4999", 1, 0},
        {"0.97565", 1000000, 975650},
        {"9.75650e-01", 1000000, 975650},
        {"1e-07", 1000000, 0},
        {"5e-7", 1000000, 1},
        {"1e3", 1, 1000},
        {"1E+2", 10, 1000},
        {" 8.1 \n", 10, 81},
        {"+3", 10, 30},
        {".5", 10, 5},
        {"5.", 10, 50},
        {"0000000000000000000000000000012", 1, 12},
        {"0.00000000000000000000000000012", 1, 0},
        {"0.00000000000000000000000000012e28", 1, 1},
        {"1e-999999999", 10, 0},
        {"-1e-999999999", 10, 0},
        {"0e999999999", 10, 0},
        {"9223372036854775807", 1, INT64_MAX},
        {"-9223372036854775807", 1, -INT64_MAX},
        {"1e18", 1, INT64_C(1000000000000000000)},
        {"123456789012345678", 1, INT64_C(123456789012345678)},
};

static const char *const bad_rows[] = {
        "",
        "-",
        "+",
        ".",
        "-.",
        "e5",
        "1e",
        "1e+",
        "1x",
        "0x10",
        "1,5",
        "1 2",
        "9.8.",
        "--",
        "nan",
        "inf",
        "1e19",
        "1e400",
        "99999999999999999999",
};

static void test_decimal__scales(void **state)
{
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(good_rows); i++) {
		int64_t value = -12345;

		if (decimal_scale(good_rows[i].text, good_rows[i].scale, &value, &err) < 0)
			fail_msg("%s: %s", good_rows[i].text, err.text);
		if (value != good_rows[i].value)
			fail_msg("%s: %" PRId64, good_rows[i].text, value);
	}
}

static void test_decimal__refuses(void **state)
{
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(bad_rows); i++) {
		int64_t value = 42;

		if (decimal_scale(bad_rows[i], 10, &value, &err) != ERR_INVALID)
			fail_msg("%s: taken as %" PRId64, bad_rows[i], value);
		assert_int_equal(value, 42);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_decimal__scales),
	        cmocka_unit_test(test_decimal__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
