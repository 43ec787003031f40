/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths to routes: the table of the tests, and that of the api.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/router.h"

static const struct route table[] = {
        {ROUTE_GET, "/a", PERMISSION_NONE, NULL},
        {ROUTE_GET, "/a/{x}", PERMISSION_READ, NULL},
        {ROUTE_GET, "/a/{x}/b", PERMISSION_READ, NULL},
        {ROUTE_GET, "/a/{x}/b/{y}", PERMISSION_READ, NULL},
        {ROUTE_GET, "/", PERMISSION_NONE, NULL},
        {ROUTE_POST, "/a/{x}/b", PERMISSION_TRIAGE, NULL},
        {ROUTE_DELETE, "/a/{x}/b", PERMISSION_TRIAGE, NULL},
        {ROUTE_PUT, "/c", PERMISSION_TRIAGE, NULL},
        {ROUTE_PATCH, "/c", PERMISSION_TRIAGE, NULL},
};

enum {
	N = sizeof(table) / sizeof(table[0])
};

static void test_router__finds_paths_segment_by_segment(void **state)
{
	static const struct {
		const char *method, *path;
		enum match want;
		size_t route;
		const char *x, *y;
	} cases[] = {
	        {"GET", "/a", MATCH_FOUND, 0, NULL, NULL},
	        {"HEAD", "/a", MATCH_FOUND, 0, NULL, NULL},
	        {"POST", "/a", MATCH_NO_METHOD, 0, NULL, NULL},
	        {"get", "/a", MATCH_NO_METHOD, 0, NULL, NULL},
	        {"", "/a", MATCH_NO_METHOD, 0, NULL, NULL},
	        {"GET", "/", MATCH_FOUND, 4, NULL, NULL},
	        {"GET", "/a/", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "/A", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "/ab", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "//a", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "a", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "/a/1", MATCH_FOUND, 1, "1", NULL},
	        {"GET", "/a/{x}", MATCH_FOUND, 1, "{x}", NULL},
	        {"GET", "/a/1/", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "/a/1/b", MATCH_FOUND, 2, "1", NULL},
	        {"GET", "/a//b", MATCH_NO_PATH, N, NULL, NULL},
	        {"GET", "/a/1/c", MATCH_NO_PATH, N, NULL, NULL},
	        {"POST", "/a/1/b", MATCH_FOUND, 5, "1", NULL},
	        {"DELETE", "/a/1/b", MATCH_FOUND, 6, "1", NULL},
	        {"PUT", "/a/1/b", MATCH_NO_METHOD, 2, NULL, NULL},
	        {"PUT", "/c", MATCH_FOUND, 7, NULL, NULL},
	        {"PATCH", "/c", MATCH_FOUND, 8, NULL, NULL},
	        {"HEAD", "/c", MATCH_NO_METHOD, 7, NULL, NULL},
	        {"OPTIONS", "/c", MATCH_NO_METHOD, 7, NULL, NULL},
	        {"GET", "/a/one/b/two", MATCH_FOUND, 3, "one", "two"},
	        {"GET", "/a/one/b/two/c", MATCH_NO_PATH, N, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct route_match match = {0};
		const enum match got =
		        route_find(table, N, cases[i].method, cases[i].path, &match);

		if (got != cases[i].want)
			fail_msg("%s %s", cases[i].method, cases[i].path);
		assert_int_equal(match.route, cases[i].route);
		if (got != MATCH_FOUND)
			continue;
		if (cases[i].x)
			assert_memory_equal(match.params[0].start, cases[i].x,
			                    match.params[0].size);
		if (cases[i].y)
			assert_int_equal(match.params[1].size, strlen(cases[i].y));
	}
}

static void test_router__names_the_methods_of_a_path(void **state)
{
	char out[ROUTE_ALLOW_MAX];

	(void)state;
	assert_string_equal(route_allow(table, N, "/a/1", out), "GET, HEAD");
	assert_string_equal(route_allow(table, N, "/a/1/b", out),
	                    "GET, HEAD, POST, DELETE");
	assert_string_equal(route_allow(table, N, "/c", out), "PUT, PATCH");
	assert_null(route_allow(table, N, "/nowhere", out));
}

static void test_router__counts_the_methods_of_a_path_together(void **state)
{
	(void)state;
	assert_int_equal(route_first(table, 6), 2);
	assert_int_equal(route_first(table, 8), 7);
	assert_int_equal(route_first(table, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_router__finds_paths_segment_by_segment),
	        cmocka_unit_test(test_router__names_the_methods_of_a_path),
	        cmocka_unit_test(test_router__counts_the_methods_of_a_path_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
