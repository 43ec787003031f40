/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/attr.h"
#include "store/duration.h"

#include "support/random.h"

#define N_MOST  5000
#define MINUTE  INT64_C(60000)
#define DAY     (24 * 60 * MINUTE)
#define CENTURY (36525 * DAY)

static void test_bucket__holds_what_its_bounds_say(void **state)
{
	static const struct {
		int64_t ms;
		int bucket;
	} cases[] = {
	        {-5, 0},       {0, 0},     {999, 0},        {1000, 0},       {1001, 1},
	        {1020, 1},     {1021, 2},  {1040, 2},       {1041, 3},       {2000, 36},
	        {MINUTE, 207}, {DAY, 575}, {90 * DAY, 802}, {CENTURY, 1105},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		if (duration_bucket(cases[i].ms) != cases[i].bucket)
			fail_msg("%" PRId64 " ms: bucket %d, not %d", cases[i].ms,
			         duration_bucket(cases[i].ms), cases[i].bucket);
}

/* |got - want| <= 1 % of want, and a millisecond for rounding. */
static void expect_near(int64_t got, int64_t want, const char *what)
{
	const int64_t off = got > want ? got - want : want - got;

	if (off > want / 100 + 1)
		fail_msg("%s: %" PRId64 " ms, not %" PRId64, what, got, want);
}

static void test_bucket__stands_for_each_of_its_times(void **state)
{
	(void)state;
	for (int64_t ms = 1001; ms < CENTURY; ms += 1 + ms / 700)
		expect_near(duration_of_bucket(duration_bucket(ms)), ms, "bucket");
}

static int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* From a minute to a century, as often in each decade. */
static int64_t random_time(void)
{
	int64_t top = MINUTE;

	for (int k = random_below(26); k > 0; k--)
		top *= 2;
	return top + (int64_t)(random_next() % (uint64_t)top);
}

static size_t count(const int64_t *times, size_t n, struct duration_count *out)
{
	size_t n_out = 0;

	for (size_t i = 0; i < n; i++) {
		const int bucket = duration_bucket(times[i]);

		if (!n_out || out[n_out - 1].bucket != bucket)
			out[n_out++] = (struct duration_count){.bucket = bucket};
		out[n_out - 1].n++;
	}
	return n_out;
}

static void test_quantile__is_off_by_a_hundredth_at_most(void **state)
{
	static const int percents[] = {0, 10, 50, 90, 99, 100};
	static int64_t times[N_MOST];
	static struct duration_count counts[N_MOST];

	(void)state;
	for (int round = 0; round < 300; round++) {
		const size_t n = 1 + (size_t)random_below(round % 3 ? 20 : N_MOST);
		size_t n_counts;

		for (size_t i = 0; i < n; i++)
			times[i] = random_time();
		qsort(times, n, sizeof(*times), by_size);
		memset(counts, 0, sizeof(counts));
		n_counts = count(times, n, counts);
		for (size_t i = 0; i < N_ELEMENTS(percents); i++)
			expect_near(duration_quantile(counts, n_counts, percents[i]),
			            times[(n - 1) * (size_t)percents[i] / 100], "quantile");
	}
}

static void test_quantile__of_none_and_of_one(void **state)
{
	const struct duration_count one = {.bucket = duration_bucket(DAY), .n = 1};

	(void)state;
	assert_int_equal(duration_quantile(NULL, 0, 50), -1);
	assert_int_equal(duration_quantile(&one, 1, 0), duration_quantile(&one, 1, 100));
	expect_near(duration_quantile(&one, 1, 90), DAY, "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_bucket__holds_what_its_bounds_say),
	        cmocka_unit_test(test_bucket__stands_for_each_of_its_times),
	        cmocka_unit_test(test_quantile__is_off_by_a_hundredth_at_most),
	        cmocka_unit_test(test_quantile__of_none_and_of_one),
	};

	random_begin((uint64_t)time(NULL));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
