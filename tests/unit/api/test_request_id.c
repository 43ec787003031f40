/* SPDX-License-Identifier: Apache-2.0 */
/* Request ids, and traceparent against W3C Trace Context. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"

#include "api/request_id.h"

#define SIXTEEN   "0123456789abcdef"
#define TRACE     "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN      "00f067aa0ba902b7"
#define SIXTYFOUR SIXTEEN SIXTEEN SIXTEEN SIXTEEN

static void test_request_id__takes_decent_ones(void **state)
{
	static const struct {
		const char *given;
		bool is_taken;
	} rows[] = {
	        {"a", true},          {"Ab9._-", true},
	        {SIXTYFOUR, true},    {SIXTYFOUR "0", false},
	        {"", false},          {"a b", false},
	        {"a\r\nX: y", false}, {"\"", false},
	        {"a/b", false},       {"\xc3\xa9", false},
	        {NULL, false},
	};
	char id[REQUEST_ID_MAX];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		request_id_take(rows[i].given, id);
		assert_true(request_id_is_valid(id));
		if (rows[i].is_taken)
			assert_string_equal(id, rows[i].given);
		else
			assert_int_equal(strlen(id), 32);
	}
}

static void test_request_id__new_ones_differ(void **state)
{
	static char ids[1000][REQUEST_ID_MAX];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(ids); i++) {
		request_id_make(ids[i]);
		assert_int_equal(strspn(ids[i], "0123456789abcdef"), 32);
		assert_int_equal(strlen(ids[i]), 32);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
	}
}

static void test_request_id__differ_after_a_fork(void **state)
{
	char ours[REQUEST_ID_MAX], theirs[REQUEST_ID_MAX] = "";
	int ends[2];
	pid_t child;

	(void)state;
	request_id_make(ours); /* the pool is half used */
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		request_id_make(theirs);
		_exit(write(ends[1], theirs, sizeof(theirs)) == sizeof(theirs) ? 0 : 1);
	}
	assert_int_equal(read(ends[0], theirs, sizeof(theirs)), sizeof(theirs));
	assert_int_equal(waitpid(child, NULL, 0), child);
	request_id_make(ours);
	assert_string_not_equal(ours, theirs);
	close(ends[0]);
	close(ends[1]);
}

static void test_trace_parent__follows_the_specification(void **state)
{
	static const struct {
		const char *text;
		bool is_valid, is_sampled;
	} rows[] = {
	        {"00-" TRACE "-" SPAN "-01", true, true},
	        {"00-" TRACE "-" SPAN "-00", true, false},
	        {"00-" TRACE "-" SPAN "-ff", true, true},
	        {"01-" TRACE "-" SPAN "-01", false, false},
	        {"ff-" TRACE "-" SPAN "-01", false, false},
	        {"00-00000000000000000000000000000000-" SPAN "-01", false, false},
	        {"00-" TRACE "-0000000000000000-01", false, false},
	        {"00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01", false, false},
	        {"00-" TRACE "-" SPAN "-0", false, false},
	        {"00-" TRACE "-" SPAN "-011", false, false},
	        {"00-" TRACE "-" SPAN "-01-x", false, false},
	        {"00-" TRACE "-" SPAN "-0g", false, false},
	        {"00-" TRACE "_" SPAN "-01", false, false},
	        {"00-" SPAN "-" TRACE "-01", false, false},
	        {"", false, false},
	        {NULL, false, false},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct trace_parent t = {.trace_id = "untouched"};

		if (trace_parent_parse(rows[i].text, &t) != rows[i].is_valid)
			fail_msg("%s", rows[i].text);
		if (!rows[i].is_valid) {
			assert_string_equal(t.trace_id, "untouched");
			continue;
		}
		assert_string_equal(t.trace_id, TRACE);
		assert_string_equal(t.span_id, SPAN);
		assert_int_equal(t.sampled, rows[i].is_sampled);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_request_id__takes_decent_ones),
	        cmocka_unit_test(test_request_id__new_ones_differ),
	        cmocka_unit_test(test_request_id__differ_after_a_fork),
	        cmocka_unit_test(test_trace_parent__follows_the_specification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
