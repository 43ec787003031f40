/* SPDX-License-Identifier: Apache-2.0 */
/* Problem documents against RFC 9457, read back by another JSON reader. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "api/problem.h"

static json_t *written(const struct problem *p)
{
	struct strbuf b = {0};
	json_error_t error;
	json_t *j;

	problem_write(p, &b);
	j = json_loads(strbuf_text(&b), 0, &error);
	if (!j)
		fail_msg("%s in %s", error.text, strbuf_text(&b));
	strbuf_done(&b);
	return j;
}

static void check_text(json_t *j, const char *key, const char *want)
{
	const char *got = json_string_value(json_object_get(j, key));

	if (!got || strcmp(got, want) != 0)
		fail_msg("%s: wanted \"%s\", got \"%s\"", key, want, got ? got : "nothing");
}

static void test_problem__has_what_it_was_given(void **state)
{
	const struct problem p = {.name = PROBLEM_INVALID_PARAMETER,
	                          .detail = "limit is no number",
	                          .instance = "/v1/risks",
	                          .request_id = "abc",
	                          .parameter = "limit",
	                          .at_detail = "wanted 1 to 500"};
	json_t *j = written(&p), *at;

	(void)state;
	check_text(j, "type", "/problems/invalid-parameter");
	check_text(j, "title", "Invalid parameter");
	assert_int_equal(json_integer_value(json_object_get(j, "status")), 400);
	check_text(j, "detail", "limit is no number");
	check_text(j, "instance", "/v1/risks");
	check_text(j, "request_id", "abc");
	assert_int_equal(json_object_size(j), 7);
	at = json_object_get(j, "errors");
	assert_int_equal(json_array_size(at), 1);
	check_text(json_array_get(at, 0), "parameter", "limit");
	check_text(json_array_get(at, 0), "detail", "wanted 1 to 500");
	json_decref(j);
}

static void test_problem__leaves_out_what_is_not_known(void **state)
{
	const struct problem p = {.name = PROBLEM_INTERNAL};
	json_t *j = written(&p);

	(void)state;
	assert_int_equal(json_object_size(j), 3);
	json_decref(j);
}

static void test_problem__points_into_a_body(void **state)
{
	const struct problem p = {.name = PROBLEM_INVALID_REQUEST,
	                          .pointer = "/a/0",
	                          .at_detail = "is no text"};
	json_t *j = written(&p), *at = json_array_get(json_object_get(j, "errors"), 0);

	(void)state;
	check_text(at, "pointer", "/a/0");
	assert_null(json_object_get(at, "parameter"));
	json_decref(j);
}

static void test_problem__survives_any_bytes(void **state)
{
	const struct problem p = {.name = PROBLEM_NOT_FOUND,
	                          .detail = "\"quoted\"\\ \x01\xff\n",
	                          .instance = "/\xc3\x28<script>"};
	json_t *j = written(&p);

	(void)state;
	check_text(j, "detail", "\"quoted\"\\ \x01\xef\xbf\xbd\n");
	json_decref(j);
}

static void test_problem__every_name_is_known(void **state)
{
	(void)state;
	for (int name = 0; name < N_PROBLEMS; name++) {
		const struct problem p = {.name = (enum problem_name)name};
		json_t *j;

		assert_non_null(problem_text(p.name));
		assert_in_range(problem_status(p.name), 400, 599);
		assert_string_not_equal(status_phrase(problem_status(p.name)), "Status");
		for (int other = 0; other < name; other++)
			assert_string_not_equal(problem_text(p.name),
			                        problem_text((enum problem_name)other));
		j = written(&p);
		check_text(j, "title", problem_title(p.name));
		json_decref(j);
	}
}

static void test_problem__says_what_is_allowed(void **state)
{
	static const char *const allowed[] = {"open", "contested", NULL};
	const struct problem p = {.name = PROBLEM_NOT_ALLOWED, .allowed = allowed};
	json_t *j = written(&p), *list = json_object_get(j, "allowed");

	(void)state;
	check_text(j, "type", "/problems/transition-not-allowed");
	assert_int_equal(json_integer_value(json_object_get(j, "status")), 409);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_array_get(list, 1)), "contested");
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_problem__has_what_it_was_given),
	        cmocka_unit_test(test_problem__leaves_out_what_is_not_known),
	        cmocka_unit_test(test_problem__points_into_a_body),
	        cmocka_unit_test(test_problem__survives_any_bytes),
	        cmocka_unit_test(test_problem__every_name_is_known),
	        cmocka_unit_test(test_problem__says_what_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
