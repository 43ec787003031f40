/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When isobar up makes a self-check: what is understood, and what is due when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "cli/self_check_schedule.h"

static timestamp at(const char *text)
{
	struct error err;
	timestamp t = TIMESTAMP_NONE;

	if (*text && timestamp_parse(text, &t, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static void test_schedule__understands(void **state)
{
	static const struct {
		const char *text;
		bool daily;
		int64_t at, every;
	} rows[] = {
	        {"02:30", true, 9000 * USEC_PER_SEC, 0},
	        {"00:00", true, 0, 0},
	        {"23:59", true, 86340 * USEC_PER_SEC, 0},
	        {"off", false, 0, 0},
	        {"2s", false, 0, 2 * USEC_PER_SEC},
	        {"90m", false, 0, 5400 * USEC_PER_SEC},
	        {"12h", false, 0, 12 * USEC_PER_HOUR},
	        {"90d", false, 0, 90 * 24 * USEC_PER_HOUR},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct self_check_schedule s;
		struct error err;

		if (self_check_read_schedule(rows[i].text, &s, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_int_equal(s.daily, rows[i].daily);
		assert_true(s.at == rows[i].at && s.every == rows[i].every);
	}
}

static void test_schedule__refuses(void **state)
{
	static const char *const texts[] = {"",         "24:00",   "02:60",        "2:30",
	                                    "02:30:00", "02-30",   "0h",           "-1h",
	                                    "1",        "1w",      "1 h",          "91d",
	                                    "never",    "nightly", "99999999999d", "1h30m",
	                                    "OFF"};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
		struct self_check_schedule s;
		struct error err = {0};

		assert_int_equal(self_check_read_schedule(texts[i], &s, &err), ERR_INVALID);
		assert_non_null(strstr(err.text, texts[i]));
		assert_non_null(strstr(err.text, "02:30"));
	}
}

static void test_schedule__is_due(void **state)
{
	static const struct {
		const char *schedule, *last, *now, *want;
	} rows[] = {
	        {"off", "", "2026-03-01T12:00:00Z", ""},
	        {"12h", "", "2026-03-01T12:00:00Z", "2026-03-02T00:00:00Z"},
	        {"12h", "2026-03-01T06:00:00Z", "2026-03-01T12:00:00Z",
	         "2026-03-01T18:00:00Z"},
	        /* Overdue; and a clock that was set back. */
	        {"12h", "2026-02-01T06:00:00Z", "2026-03-01T12:00:00Z",
	         "2026-03-01T12:00:00Z"},
	        {"12h", "2027-03-01T12:00:00Z", "2026-03-01T12:00:00Z",
	         "2026-03-02T00:00:00Z"},
	        {"02:30", "2026-03-01T02:31:00Z", "2026-03-01T12:00:00Z",
	         "2026-03-02T02:30:00Z"},
	        {"02:30", "2026-02-28T02:31:00Z", "2026-03-01T01:00:00Z",
	         "2026-03-01T02:30:00Z"},
	        /* That very moment is gone: the next one. */
	        {"02:30", "2026-03-01T02:30:00Z", "2026-03-01T02:30:00Z",
	         "2026-03-02T02:30:00Z"},
	        /* Missed or never: soon, but no later than it would be anyway. */
	        {"02:30", "2026-02-27T02:31:00Z", "2026-03-01T12:00:00Z",
	         "2026-03-01T12:15:00Z"},
	        {"02:30", "", "2026-03-01T12:00:00Z", "2026-03-01T12:15:00Z"},
	        {"02:30", "", "2026-03-01T02:20:00Z", "2026-03-01T02:30:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct self_check_schedule s;
		struct error err;
		char got[TIMESTAMP_TEXT_MAX];

		assert_int_equal(self_check_read_schedule(rows[i].schedule, &s, &err), 0);
		timestamp_format(self_check_due(&s, at(rows[i].last), at(rows[i].now)),
		                 got);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("row %zu: %s, not %s", i, got, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_schedule__understands),
	        cmocka_unit_test(test_schedule__refuses),
	        cmocka_unit_test(test_schedule__is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
