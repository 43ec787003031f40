/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets: what they allow, when they are whole again, and that processes share them.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/rate_limit.h"
#include "support/random.h"

#define SECOND INT64_C(1000000)

static void test_rate_limit__allows_the_budget_and_no_more(void **state)
{
	const struct rate_budget budget = {10, 60};
	struct rate_limit *limit = rate_limit_new();
	struct rate_answer r;

	(void)state;
	for (unsigned int i = 0; i < 10; i++) {
		r = rate_limit_take(limit, &budget, 1, 1000 * SECOND);
		assert_true(r.ok);
		assert_int_equal(r.remaining, 9 - i);
	}
	r = rate_limit_take(limit, &budget, 1, 1000 * SECOND);
	assert_false(r.ok);
	assert_int_equal(r.remaining, 0);
	assert_int_equal(r.retry_after, 6);
	assert_int_equal(r.reset_s, 60);
	assert_true(rate_limit_take(limit, &budget, 2, 1000 * SECOND).ok); /* another key */
	rate_limit_free(limit);
}

static void test_rate_limit__keeps_its_promise_of_retry_after(void **state)
{
	const struct rate_budget budget = {10, 60};
	struct rate_limit *limit = rate_limit_new();
	struct rate_answer r = {.ok = true};
	int64_t now = 5 * SECOND;

	(void)state;
	while (r.ok)
		r = rate_limit_take(limit, &budget, 1, now);
	assert_false(rate_limit_take(limit, &budget, 1, now + 5 * SECOND).ok);
	now += r.retry_after * SECOND;
	assert_true(rate_limit_look(limit, &budget, 1, now).ok);
	assert_true(rate_limit_take(limit, &budget, 1, now).ok);
	assert_false(rate_limit_take(limit, &budget, 1, now).ok);
	/* Whole again after the window. */
	r = rate_limit_take(limit, &budget, 1, now + 60 * SECOND);
	assert_int_equal(r.remaining, 9);
	rate_limit_free(limit);
}

static void test_rate_limit__looking_takes_nothing(void **state)
{
	const struct rate_budget budget = {1, 60};
	struct rate_limit *limit = rate_limit_new();

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(rate_limit_look(limit, &budget, 9, SECOND).ok);
	assert_true(rate_limit_take(limit, &budget, 9, SECOND).ok);
	assert_false(rate_limit_look(limit, &budget, 9, SECOND).ok);
	rate_limit_free(limit);
}

static void test_rate_limit__without_a_budget_everything_goes(void **state)
{
	const struct rate_budget none = {0, 60};
	struct rate_limit *limit = rate_limit_new();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(rate_limit_take(limit, &none, 1, 0).ok);
	rate_limit_free(limit);
}

/* In any window no more than twice the budget goes: GCRA with a burst of it. */
/* Closer together than the clock counts: told, and no harm where it was not asked. */
static void test_rate_limit__tells_what_cannot_be_kept(void **state)
{
	const struct rate_budget finest = {1000000, 1}, finer = {1000001, 1},
	                         most = {UINT_MAX - 4, 60}, none = {0, 1};
	struct rate_limit *limit = rate_limit_new();

	(void)state;
	assert_true(rate_budget_is_kept(&finest));
	assert_true(rate_budget_is_kept(&none));
	assert_false(rate_budget_is_kept(&finer));
	assert_false(rate_budget_is_kept(&most));
	assert_true(rate_limit_take(limit, &finest, 1, SECOND).ok);
	assert_true(rate_limit_look(limit, &finer, 2, SECOND).ok);
	assert_true(rate_limit_take(limit, &finer, 2, SECOND).ok);
	assert_true(rate_limit_take(limit, &most, 3, SECOND).ok);
	rate_limit_free(limit);
}

static void test_rate_limit__bounds_any_window(void **state)
{
	const struct rate_budget budget = {20, 10};
	int64_t granted[4096];

	(void)state;
	random_begin(4);
	for (int round = 0; round < 20; round++) {
		struct rate_limit *limit = rate_limit_new();
		int64_t now = 1;
		int n = 0;

		for (int i = 0; i < 4000; i++) {
			now += random_below(300000);
			if (rate_limit_take(limit, &budget, 77, now).ok)
				granted[n++] = now;
		}
		assert_true(n > 20);
		for (int i = 0; i + 40 < n; i++)
			assert_true(granted[i + 40] - granted[i] >= 10 * SECOND);
		rate_limit_free(limit);
	}
}

static void test_rate_limit__is_one_budget_for_all_processes(void **state)
{
	const struct rate_budget budget = {1000, 600};
	struct rate_limit *limit = rate_limit_new();
	int n_granted = 0, status;

	(void)state;
	for (int i = 0; i < 4; i++) {
		if (fork() > 0)
			continue;
		int n = 0;

		/* The clock stands still: 1,000 in all, 250 a process at most are told
		 * by an exit code, so each tells whether it got any. */
		for (int k = 0; k < 1000; k++)
			n += rate_limit_take(limit, &budget, 5, SECOND).ok;
		_exit(n > 0 ? n / 4 > 250 ? 250 : n / 4 : 0);
	}
	for (int i = 0; i < 4; i++) {
		assert_true(wait(&status) > 0);
		n_granted += WEXITSTATUS(status) * 4;
	}
	assert_in_range(n_granted, 1000 - 16, 1000);
	assert_false(rate_limit_take(limit, &budget, 5, SECOND).ok);
	rate_limit_free(limit);
}

/* A table that is full gives away cells that are whole; none of it crashes. */
static void test_rate_limit__serves_more_keys_than_it_has_cells(void **state)
{
	const struct rate_budget budget = {5, 60};
	struct rate_limit *limit = rate_limit_new();

	(void)state;
	random_begin(5);
	for (int i = 0; i < 200000; i++)
		assert_true(rate_limit_take(limit, &budget, random_next() | 1,
		                            (int64_t)i * 1000)
		                    .ok);
	rate_limit_free(limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rate_limit__allows_the_budget_and_no_more),
	        cmocka_unit_test(test_rate_limit__keeps_its_promise_of_retry_after),
	        cmocka_unit_test(test_rate_limit__looking_takes_nothing),
	        cmocka_unit_test(test_rate_limit__without_a_budget_everything_goes),
	        cmocka_unit_test(test_rate_limit__tells_what_cannot_be_kept),
	        cmocka_unit_test(test_rate_limit__bounds_any_window),
	        cmocka_unit_test(test_rate_limit__is_one_budget_for_all_processes),
	        cmocka_unit_test(test_rate_limit__serves_more_keys_than_it_has_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
