/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of lists: what they are read as, and what is refused with which name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/responsibility.h"
#include "model/risk.h"

#include "api/list_query.h"
#include "support/random.h"

#define ALL_VERDICTS ((1u << N_VERDICTS) - 1)

static bool read_query(struct arena *a, const char *text, struct list_query *q,
                       struct parameter_fault *fault)
{
	return list_query_read(text, LIST_PAGING, ALL_VERDICTS, a, q, fault);
}

static void test_list_query__takes_what_it_knows(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct parameter_fault fault;
	struct list_query q;

	(void)state;
	assert_true(read_query(a, NULL, &q, &fault));
	assert_int_equal(q.limit, LIST_LIMIT_DEFAULT);
	assert_false(q.is_filtered);
	assert_string_equal(q.shape, "");

	assert_true(read_query(a,
	                       "band=critical,high&account=a%20b&min_score=10&max_score=20&"
	                       "limit=7&order=due&due_before=2026-01-31T06%3A00%3A00Z",
	                       &q, &fault));
	assert_int_equal(q.bands, 1u << BAND_CRITICAL | 1u << BAND_HIGH);
	assert_string_equal(q.account, "a b");
	assert_int_equal(q.min_score, 10);
	assert_int_equal(q.max_score, 20);
	assert_int_equal(q.limit, 7);
	assert_int_equal(q.order, LIST_BY_DUE);
	assert_true(q.due_before == INT64_C(1769839200) * USEC_PER_SEC);
	assert_true(q.is_filtered);
}

static void test_list_query__counts_a_large_limit_as_the_most(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct parameter_fault fault;
	struct list_query q;

	(void)state;
	assert_true(read_query(a, "limit=501", &q, &fault));
	assert_int_equal(q.limit, LIST_LIMIT_MAX);
	assert_true(read_query(a, "limit=999999999", &q, &fault));
	assert_int_equal(q.limit, LIST_LIMIT_MAX);
}

static void test_list_query__keeps_responsibility_within_the_queue(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct parameter_fault fault;
	struct list_query q;

	(void)state;
	assert_true(list_query_read("responsibility=provider", LIST_PAGING,
	                            list_queue_find("customer"), a, &q, &fault));
	assert_int_equal(q.responsibilities, 0);
	assert_false(q.is_filtered); /* PostgreSQL's index answers it */
	assert_true(list_query_read("responsibility=customer", LIST_PAGING,
	                            list_queue_find("customer"), a, &q, &fault));
	assert_int_equal(q.responsibilities, 1u << VERDICT_CUSTOMER);
}

static void test_list_query__names_the_parameter_at_fault(void **state)
{
	static const struct {
		const char *query, *parameter;
	} cases[] = {
	        {"colour=red", "colour"},
	        {"Band=high", "Band"},
	        {"band=high&band=low", "band"},
	        {"band=", "band"},
	        {"band=high,", "band"},
	        {"band=HIGH", "band"},
	        {"state=closed", "state"},
	        {"layer=8", "layer"},
	        {"limit=0", "limit"},
	        {"limit=-1", "limit"},
	        {"limit=+5", "limit"},
	        {"limit=5%20", "limit"},
	        {"limit=1e2", "limit"},
	        {"limit=99999999999999999999", "limit"},
	        {"limit=", "limit"},
	        {"min_score=1001", "min_score"},
	        {"min_score=-1", "min_score"},
	        {"max_score=1.5", "max_score"},
	        {"min_score=20&max_score=10", "min_score"},
	        {"due_before=tomorrow", "due_before"},
	        {"due_before=2026-13-01T00:00:00Z", "due_before"},
	        {"order=random", "order"},
	        {"account=", "account"},
	        {"account", "account"},
	        {"account=%zz", "account"},
	        {"account=%4", "account"},
	        {"account=%", "account"},
	        {"account=%00", "account"},
	        {"account=a%0Ab", "account"},
	        {"account=%ff", "account"},
	        {"account=%c3%28", "account"},
	        {"queue=all", "queue"}, /* of the facets only */
	        {"=x", ""},
	        {"%zz=x", ""},
	        {"%0a=x", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct parameter_fault fault = {NULL, NULL};
		struct list_query q;

		if (read_query(a, cases[i].query, &q, &fault))
			fail_msg("%s was taken", cases[i].query);
		if (strcmp(fault.parameter, cases[i].parameter) != 0)
			fail_msg("%s: blames \"%s\"", cases[i].query, fault.parameter);
		assert_true(strlen(fault.detail) > 0);
	}
}

static void test_list_query__refuses_what_is_too_long(void **state)
{
	ARENA_SCOPED a = arena_new(8192);
	struct parameter_fault fault;
	struct list_query q;
	char value[4096] = "";

	(void)state;
	memset(value, 'x', LIST_TEXT_MAX);
	assert_true(read_query(a, arena_printf(a, "text=%s", value), &q, &fault));
	assert_false(read_query(a, arena_printf(a, "text=%sx", value), &q, &fault));
	assert_string_equal(fault.parameter, "text");
	memset(value, 'y', QUERY_MAX_VALUE + 1);
	assert_false(read_query(a, arena_printf(a, "account=%s", value), &q, &fault));
	assert_string_equal(fault.parameter, "account");
}

/* Parameters in another order, names in another order: the same list. */
static void test_list_query__gives_equal_lists_one_shape(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct parameter_fault fault;
	struct list_query one, other;

	(void)state;
	assert_true(read_query(a, "region=eu&band=high,critical&limit=3", &one, &fault));
	assert_true(
	        read_query(a, "band=critical,high&region=%65u&limit=9", &other, &fault));
	assert_string_equal(one.shape, other.shape);
	assert_true(read_query(a, "state=open,in_progress,contested", &one, &fault));
	assert_true(read_query(a, "", &other, &fault));
	assert_string_not_equal(one.shape, other.shape);
}

/* A shape is a query of its own that is read as the same list: what Link repeats. */
static void test_list_query__shape_reads_back_as_itself(void **state)
{
	static const char *const parts[] = {
	        "band=low,high",     "state=resolved",
	        "provider=aws,none", "class=threat,secret",
	        "layer=unknown",     "responsibility=shared,unknown",
	        "account=a%26b%3Dc", "region=eu%20west",
	        "owner=%C3%A9quipe", "source=x%2By",
	        "subject=cve:1",     "asset=//x/y%3Fz",
	        "text=%25",          "due_before=2026-01-31T06:00:00.5Z",
	        "min_score=3",       "max_score=900",
	        "order=opened"};

	(void)state;
	random_begin(20261125);
	for (int round = 0; round < 2000; round++) {
		ARENA_SCOPED a = arena_new(4096);
		struct parameter_fault fault;
		struct list_query q, again;
		const char *text = "";

		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (random_below(3) == 0)
				text = arena_printf(a, "%s%s%s", text, *text ? "&" : "",
				                    parts[i]);
		assert_true(read_query(a, text, &q, &fault));
		assert_true(read_query(a, q.shape, &again, &fault));
		assert_string_equal(q.shape, again.shape);
		assert_int_equal(q.is_filtered, again.is_filtered);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_list_query__takes_what_it_knows),
	        cmocka_unit_test(test_list_query__counts_a_large_limit_as_the_most),
	        cmocka_unit_test(test_list_query__keeps_responsibility_within_the_queue),
	        cmocka_unit_test(test_list_query__names_the_parameter_at_fault),
	        cmocka_unit_test(test_list_query__refuses_what_is_too_long),
	        cmocka_unit_test(test_list_query__gives_equal_lists_one_shape),
	        cmocka_unit_test(test_list_query__shape_reads_back_as_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
