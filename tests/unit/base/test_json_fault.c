/* SPDX-License-Identifier: Apache-2.0 */
/* Where a text stops being JSON, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/json_fault.h"

static const struct {
	const char *text;
	const char *what; /* NULL: none */
	size_t at;
} rows[] = {
        {"{\"a\": [1, -2.5e3, true, false, null, \"x\"]}", NULL, 0},
        {" [ ] ", NULL, 0},
        {"{ }", NULL, 0},
        {"[-0, 0.0, 1E-9]", NULL, 0},
        {"\"\\u00e9\\ud83d\\ude00\\n\"", NULL, 0},
        {"", "unexpected end of text", 0},
        {"[1, 2", "unexpected end of text", 5},
        {"[1, 2,]", "unexpected character", 6},
        {"[1 2]", "unexpected character", 3},
        {"{\"a\" 1}", "unexpected character", 5},
        {"{\"a\":1,}", "unexpected character", 7},
        {"{1:2}", "unexpected character", 1},
        {"{a:2}", "unexpected character", 1},
        {"[tru]", "unexpected character", 4},
        {"nul", "unexpected end of text", 3},
        {"'a'", "unexpected character", 0},
        {"[1] x", "text after the value", 4},
        {"{}{}", "text after the value", 2},
        {"[01]", "malformed number", 1},
        {"[1.]", "malformed number", 1},
        {"[.5]", "unexpected character", 1},
        {"[+5]", "unexpected character", 1},
        {"[-]", "malformed number", 1},
        {"[1e]", "malformed number", 1},
        {"[1, 18446744073709551616]", "number too large", 4},
        {"[18446744073709551615]", NULL, 0},
        {"[-9223372036854775809]", "number too large", 1},
        {"[-9223372036854775808]", NULL, 0},
        {"[1e400]", "number too large", 1},
        {"[-1e400]", "number too large", 1},
        {"[1e-400]", NULL, 0},
        {"[\"a", "string without an end", 1},
        {"[\"a\\", "bad escape", 3},
        {"[\"\\q\"]", "bad escape", 2},
        {"[\"\\u12g4\"]", "bad escape", 2},
        {"[\"\\u12", "bad escape", 2},
        {"[\"\\ud800\"]", "half a surrogate pair", 2},
        {"[\"\\udc00\"]", "half a surrogate pair", 2},
        {"[\"\\ud800\\u0041\"]", "half a surrogate pair", 2},
        {"[\"a\x01\"]", "control character in a string", 3},
        {"[\"a\xff\"]", "invalid UTF-8", 3},
        {"[\xff]", "unexpected character", 1},
        {"[[[1]]]", NULL, 0},
        {"[[[[1]]]]", "nesting too deep", 3},
};

static void test_json_fault__finds_the_first_fault(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		struct json_fault f =
		        json_fault_find(rows[i].text, strlen(rows[i].text), 3);

		if (!f.what != !rows[i].what ||
		    (f.what && strcmp(f.what, rows[i].what) != 0) ||
		    (f.what && f.at != rows[i].at))
			fail_msg("%s: %s at %zu", rows[i].text, f.what ? f.what : "none",
			         f.at);
	}
}

static void test_json_fault__nul_is_no_end(void **state)
{
	struct json_fault f = json_fault_find("[1,\0002]", 6, 3);

	(void)state;
	assert_string_equal(f.what, "unexpected character");
	assert_int_equal(f.at, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_json_fault__finds_the_first_fault),
	        cmocka_unit_test(test_json_fault__nul_is_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
