/* SPDX-License-Identifier: Apache-2.0 */
/* The token bucket and the back-off: tables, and laws for any arrivals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "net/pace.h"

#include "support/random.h"

#define MINUTE (60 * USEC_PER_SEC)
#define START  (INT64_C(1767247200) * USEC_PER_SEC)

/* Takes as many as go at once. */
static int drain(struct pace *p, timestamp now)
{
	int n = 0;

	for (; pace_next(p, now) <= now; n++)
		pace_take(p, now);
	return n;
}

static void test_pace__burst_then_rate(void **state)
{
	struct pace p = pace_new(60, MINUTE, 5, START);

	(void)state;
	assert_int_equal(drain(&p, START), 5);
	assert_true(pace_next(&p, START) == START + USEC_PER_SEC);
	assert_true(pace_next(&p, START + 400000) == START + USEC_PER_SEC);
	assert_int_equal(drain(&p, START + USEC_PER_SEC - 1), 0);
	assert_int_equal(drain(&p, START + USEC_PER_SEC), 1);
	assert_int_equal(drain(&p, START + USEC_PER_SEC + 3 * USEC_PER_SEC), 3);
	assert_int_equal(drain(&p, START + USEC_PER_HOUR), 5); /* no more is saved */
}

static void test_pace__rounds_against_itself(void **state)
{
	struct pace p = pace_new(7, MINUTE, 1, START);
	int n = 0;

	(void)state;
	for (timestamp now = START; now < START + MINUTE; now = pace_next(&p, now))
		n += drain(&p, now);
	assert_in_range(n, 7, 8); /* the burst, and 7 a minute at most */
	assert_true(p.cost * 7 >= MINUTE);
}

static void test_pace__block(void **state)
{
	struct pace p = pace_new(60, MINUTE, 5, START);

	(void)state;
	pace_block(&p, START + 10 * USEC_PER_SEC);
	pace_block(&p, START + 5 * USEC_PER_SEC); /* the later one counts */
	assert_int_equal(drain(&p, START), 0);
	assert_true(pace_next(&p, START) == START + 10 * USEC_PER_SEC);
	assert_int_equal(drain(&p, START + 10 * USEC_PER_SEC), 5);
	pace_block(&p, TIMESTAMP_NONE);
	assert_int_equal(drain(&p, START + USEC_PER_HOUR), 5);
}

static void test_pace__limit(void **state)
{
	struct pace p = pace_new(60, MINUTE, 5, START);

	(void)state;
	pace_limit(&p, 2, START + MINUTE, START);
	assert_int_equal(drain(&p, START), 2);
	pace_limit(&p, 1000, START + MINUTE, START); /* gives nothing */
	assert_int_equal(drain(&p, START), 0);
	assert_int_equal(drain(&p, START + USEC_PER_SEC), 1);
	pace_limit(&p, 0, START + MINUTE, START + 2 * USEC_PER_SEC);
	assert_true(pace_next(&p, START + 2 * USEC_PER_SEC) == START + MINUTE);
	assert_int_equal(drain(&p, START + MINUTE), 5);
	pace_limit(&p, -3, START + 2 * MINUTE, START + MINUTE); /* nonsense is none */
	assert_true(pace_next(&p, START + MINUTE) == START + 2 * MINUTE);
	p = pace_new(60, MINUTE, 5, START);
	pace_limit(&p, INT64_MAX, INT64_MAX, START);
	assert_int_equal(drain(&p, START), 5);
}

/* A clock that is set back an hour stops nothing for an hour, and gives nothing. */
static void test_pace__clock_steps_back(void **state)
{
	struct pace p = pace_new(60, MINUTE, 5, START);
	const timestamp back = START - USEC_PER_HOUR;

	(void)state;
	drain(&p, START);
	assert_int_equal(drain(&p, back), 0);
	assert_true(pace_next(&p, back) == back + USEC_PER_SEC);
}

static void test_pace__extremes(void **state)
{
	struct pace p = pace_new(UINT32_MAX, 1, UINT32_MAX, START);

	(void)state;
	assert_int_equal(p.cost, 1);
	p = pace_new(1, 365 * 24 * USEC_PER_HOUR, UINT32_MAX, START);
	assert_true(p.most > 0);
	assert_true(pace_next(&p, START) == START);
	pace_take(&p, START);
	assert_true(p.credit < p.most);
	p = pace_new(1, 24 * USEC_PER_HOUR, 1, START);
	pace_take(&p, START);
	assert_true(pace_next(&p, START) == START + 24 * USEC_PER_HOUR);
}

#define REQUESTS 400

/* In any window of any length: burst + rate * length at most. */
static void check_windows(const timestamp *sent, int n, unsigned int rate, int64_t period,
                          unsigned int burst)
{
	for (int i = 0; i < n; i++) {
		for (int j = i; j < n; j++) {
			__int128 allowed = (__int128)burst * period +
			                   (__int128)rate * (sent[j] - sent[i]);

			if ((__int128)(j - i + 1) * period > allowed)
				fail_msg("%d requests within %" PRId64 " us; rate %u, "
				         "period %" PRId64 ", burst %u",
				         j - i + 1, sent[j] - sent[i], rate, period, burst);
		}
	}
}

static void test_pace__never_above_the_rate(void **state)
{
	timestamp sent[REQUESTS];

	(void)state;
	random_begin(20261115);
	for (int round = 0; round < 150; round++) {
		const unsigned int rate = 1 + (unsigned int)random_below(200);
		const unsigned int burst = 1 + (unsigned int)random_below(30);
		const int64_t period =
		        1 + random_below(90) * USEC_PER_SEC + random_below(9);
		struct pace p = pace_new(rate, period, burst, START);
		timestamp now = START;

		for (int n = 0; n < REQUESTS;) {
			timestamp next = pace_next(&p, now);

			assert_true(next >= now);
			/* Now and then it waits longer, or the source has a word. */
			now = next +
			      (random_below(4) == 0 ? random_below((int)period + 1) : 0);
			if (random_below(10) == 0)
				pace_limit(&p, random_below(40),
				           now + random_below(1000000), now);
			if (random_below(50) == 0)
				pace_block(&p, now + random_below(5000000));
			if (pace_next(&p, now) > now)
				continue;
			pace_take(&p, now);
			sent[n++] = now;
		}
		check_windows(sent, REQUESTS, rate, period, burst);
	}
}

/* Who asks as soon as it may gets the whole rate, but for what rounding takes. */
static void test_pace__never_far_below_the_rate(void **state)
{
	(void)state;
	random_begin(20261115);
	for (int round = 0; round < 200; round++) {
		const unsigned int rate = 1 + (unsigned int)random_below(1000);
		struct pace p = pace_new(rate, MINUTE, 1, START);
		timestamp now = START;
		int n = 0;

		for (; now < START + 10 * MINUTE; now = pace_next(&p, now))
			n += drain(&p, now);
		assert_true(n >= 10 * (int)rate - 1);
		assert_true(n <= 10 * (int)rate + 1);
	}
}

static void test_backoff__bounds(void **state)
{
	static const struct {
		unsigned int attempt;
		int64_t base, cap, most;
	} rows[] = {
	        {0, 100, 10000, 100},
	        {1, 100, 10000, 200},
	        {6, 100, 10000, 6400},
	        {7, 100, 10000, 10000},
	        {63, 100, 10000, 10000},
	        {UINT32_MAX, 1, 10000, 10000},
	        {0, 20000, 10000, 10000},
	        {5, 0, 10000, 0},
	        {5, 100, 0, 0},
	        {62, 1, INT64_MAX, INT64_C(1) << 62},
	        {64, 3, INT64_MAX, INT64_MAX},
	};

	(void)state;
	random_begin(20261115);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const uint64_t n = (uint64_t)rows[i].most + 1;

		assert_true(backoff_wait(rows[i].attempt, rows[i].base, rows[i].cap, 0) ==
		            0);
		assert_true(backoff_wait(rows[i].attempt, rows[i].base, rows[i].cap,
		                         n - 1) == rows[i].most);
		assert_true(backoff_wait(rows[i].attempt, rows[i].base, rows[i].cap, n) ==
		            0);
		for (int j = 0; j < 1000; j++) {
			int64_t wait = backoff_wait(rows[i].attempt, rows[i].base,
			                            rows[i].cap, random_next());

			assert_true(wait >= 0 && wait <= rows[i].most);
		}
	}
}

/* The jitter is full: the waits spread over all of the range. */
static void test_backoff__spreads(void **state)
{
	int of_quarter[4] = {0};

	(void)state;
	random_begin(20261115);
	for (int i = 0; i < 4000; i++)
		of_quarter[backoff_wait(3, 1000, 1000000, random_next()) / 2001]++;
	for (int i = 0; i < 4; i++)
		assert_in_range(of_quarter[i], 800, 1200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_pace__burst_then_rate),
	        cmocka_unit_test(test_pace__rounds_against_itself),
	        cmocka_unit_test(test_pace__block),
	        cmocka_unit_test(test_pace__limit),
	        cmocka_unit_test(test_pace__clock_steps_back),
	        cmocka_unit_test(test_pace__extremes),
	        cmocka_unit_test(test_pace__never_above_the_rate),
	        cmocka_unit_test(test_pace__never_far_below_the_rate),
	        cmocka_unit_test(test_backoff__bounds),
	        cmocka_unit_test(test_backoff__spreads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
