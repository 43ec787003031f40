/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock at its borders, and a seeded property: the next crossing is exactly
 * where the evaluated state changes, and nothing changes before it.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/risk.h"
#include "model/sla.h"

#define HOURS(n) ((n)*USEC_PER_HOUR)

static const timestamp start = INT64_C(1767225600) * USEC_PER_SEC; /* 2026-01-01 */

static const struct sla_policy critical = {
        .name = "critical", .window_hours = 48, .warn_percent = 75};

static struct sla_clock clock_of(const struct sla_segment *segments, size_t n)
{
	return (struct sla_clock){segments, n, INT64_MAX};
}

static void test_sla_evaluate__changes_at_its_borders(void **state)
{
	static const struct {
		const char *name;
		int64_t used;
		enum sla_state state;
	} rows[] = {
	        {"at the start", 0, SLA_OK},
	        {"before the warn point", HOURS(36) - 1, SLA_OK},
	        {"at the warn point", HOURS(36), SLA_DUE_SOON},
	        {"at the due time", HOURS(48), SLA_DUE_SOON},
	        {"after it", HOURS(48) + 1, SLA_BREACHED},
	};
	const struct sla_segment running = {.from = start, .mode = SLA_MODE_RUNNING};
	const struct sla_clock clock = clock_of(&running, 1);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct sla_view view =
		        sla_evaluate(&critical, &clock, start + rows[i].used);

		if (view.state != rows[i].state)
			fail_msg("%s: %s", rows[i].name, sla_state_name(view.state));
		assert_true(view.due_at == start + HOURS(48));
		assert_true(view.remaining == HOURS(48) - rows[i].used);
	}
}

static void test_sla_evaluate__pauses_and_stops(void **state)
{
	const struct sla_segment segments[] = {
	        {.from = start, .mode = SLA_MODE_RUNNING},
	        {.from = start + HOURS(40), .mode = SLA_MODE_PAUSED},
	        {.from = start + HOURS(100), .mode = SLA_MODE_RUNNING},
	        {.from = start + HOURS(110), .mode = SLA_MODE_STOPPED},
	};
	const struct sla_clock paused = clock_of(segments, 2);
	const struct sla_clock running = clock_of(segments, 3);
	const struct sla_clock stopped = clock_of(segments, 4);
	struct sla_view view = sla_evaluate(&critical, &paused, start + HOURS(90));

	(void)state;
	assert_int_equal(view.state, SLA_PAUSED);
	assert_true(view.due_at == TIMESTAMP_NONE);
	view = sla_evaluate(&critical, &running, start + HOURS(101));
	assert_int_equal(view.state, SLA_DUE_SOON);
	assert_true(view.due_at == start + HOURS(108));
	view = sla_evaluate(&critical, &stopped, start + HOURS(500));
	assert_int_equal(view.state, SLA_MISSED);
	assert_true(view.due_at == start + HOURS(108));
}

static void test_sla_evaluate__does_not_win_time_by_moving_up(void **state)
{
	const struct sla_segment running = {.from = start, .mode = SLA_MODE_RUNNING};
	const struct sla_clock clock = {&running, 1, HOURS(2)};
	const struct sla_view view = sla_evaluate(&critical, &clock, start + HOURS(1));

	(void)state;
	assert_true(view.due_at == start + HOURS(2));
}

static void test_sla_next_crossing__is_none_when_time_changes_nothing(void **state)
{
	static const struct sla_policy best_effort = {.name = "low", .warn_percent = 75};
	const struct sla_segment segments[] = {
	        {.from = start, .mode = SLA_MODE_RUNNING},
	        {.from = start + HOURS(1), .mode = SLA_MODE_PAUSED},
	        {.from = start + HOURS(2), .mode = SLA_MODE_STOPPED},
	};
	const struct sla_clock running = clock_of(segments, 1);
	const struct sla_clock paused = clock_of(segments, 2);
	const struct sla_clock stopped = clock_of(segments, 3);

	(void)state;
	assert_true(sla_next_crossing(&best_effort, &running, start) == TIMESTAMP_NONE);
	assert_true(sla_next_crossing(&critical, &paused, start + HOURS(2)) ==
	            TIMESTAMP_NONE);
	assert_true(sla_next_crossing(&critical, &stopped, start + HOURS(3)) ==
	            TIMESTAMP_NONE);
	assert_true(sla_next_crossing(&critical, &running, start + HOURS(49)) ==
	            TIMESTAMP_NONE);
	assert_true(sla_next_crossing(&critical, &running, start) == start + HOURS(36));
	assert_true(sla_next_crossing(&critical, &running, start + HOURS(36)) ==
	            start + HOURS(48) + 1);
}

/* SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere. */
static uint64_t next_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int64_t below(uint64_t *seed, int64_t n)
{
	return (int64_t)(next_random(seed) % (uint64_t)n);
}

static enum sla_state state_at(const struct sla_policy *policy,
                               const struct sla_clock *clock, timestamp t)
{
	return sla_evaluate(policy, clock, t).state;
}

static void check_crossing(uint64_t *seed)
{
	struct sla_segment segments[4];
	const size_t n = 1 + (size_t)below(seed, 4);
	const struct sla_policy policy = {.name = "x",
	                                  .window_hours = (unsigned int)below(seed, 400),
	                                  .warn_percent =
	                                          1 + (unsigned int)below(seed, 99)};
	timestamp at = start;

	for (size_t i = 0; i < n; i++) {
		segments[i] = (struct sla_segment){.from = at,
		                                   .mode = (enum sla_mode)below(seed, 3)};
		at += below(seed, HOURS(100));
	}

	const struct sla_clock clock = {
	        segments, n, below(seed, 2) == 0 ? INT64_MAX : below(seed, HOURS(500))};
	const timestamp now = at + below(seed, HOURS(200));
	const timestamp crossing = sla_next_crossing(&policy, &clock, now);
	const enum sla_state state = state_at(&policy, &clock, now);

	if (crossing == TIMESTAMP_NONE) {
		assert_int_equal(state_at(&policy, &clock, now + HOURS(100000)), state);
		return;
	}
	assert_true(crossing > now);
	assert_int_equal(state_at(&policy, &clock, crossing - 1), state);
	assert_int_not_equal(state_at(&policy, &clock, crossing), state);
}

static void test_sla_next_crossing__is_where_the_state_changes(void **state)
{
	const char *text = getenv("ISOBAR_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 20261122;

	(void)state;
	print_message("ISOBAR_SEED=%" PRIu64 "\n", seed);
	for (int i = 0; i < 100000; i++)
		check_crossing(&seed);
}

static void test_sla_default_policies__are_those_of_the_design(void **state)
{
	static const unsigned int hours[] = {[BAND_LOW] = 0,
	                                     [BAND_MEDIUM] = 2160,
	                                     [BAND_HIGH] = 336,
	                                     [BAND_CRITICAL] = 48};

	(void)state;
	assert_int_equal(n_sla_default_policies, N_BANDS);
	for (size_t i = 0; i < n_sla_default_policies; i++) {
		assert_int_equal(sla_default_policies[i].window_hours, hours[i]);
		assert_int_equal(sla_default_policies[i].warn_percent, 75);
		assert_string_equal(sla_default_policies[i].name, band_name((enum band)i));
	}
	assert_string_equal(sla_state_name(SLA_DUE_SOON), "due_soon");
	assert_string_equal(sla_state_name(SLA_NONE), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sla_evaluate__changes_at_its_borders),
	        cmocka_unit_test(test_sla_evaluate__pauses_and_stops),
	        cmocka_unit_test(test_sla_evaluate__does_not_win_time_by_moving_up),
	        cmocka_unit_test(test_sla_next_crossing__is_none_when_time_changes_nothing),
	        cmocka_unit_test(test_sla_next_crossing__is_where_the_state_changes),
	        cmocka_unit_test(test_sla_default_policies__are_those_of_the_design),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
