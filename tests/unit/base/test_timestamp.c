/* SPDX-License-Identifier: Apache-2.0 */
/* Times from and to text, and the calendar against the C library's over 430 years. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/timestamp.h"

struct parse_row {
	const char *text;
	const char *strict; /* as timestamp_format() shows it; NULL: refused */
	const char *loose;
};

/* 1772334245 is 2026-03-01T03:04:05Z. */
static const struct parse_row parse_rows[] = {
        {"2026-03-01T03:04:05Z", "2026-03-01T03:04:05Z", "2026-03-01T03:04:05Z"},
        {"2026-03-01t03:04:05z", "2026-03-01T03:04:05Z", "2026-03-01T03:04:05Z"},
        {"2026-03-01T03:04:05.5Z", "2026-03-01T03:04:05.500000Z",
         "2026-03-01T03:04:05.500000Z"},
        {"2026-03-01T03:04:05.123456789Z", "2026-03-01T03:04:05.123456Z",
         "2026-03-01T03:04:05.123456Z"},
        {"2026-03-01T03:04:05.9999999Z", "2026-03-01T03:04:05.999999Z",
         "2026-03-01T03:04:05.999999Z"},
        {"2026-03-01T03:04:05+02:00", "2026-03-01T01:04:05Z", "2026-03-01T01:04:05Z"},
        {"2026-03-01T03:04:05-05:30", "2026-03-01T08:34:05Z", "2026-03-01T08:34:05Z"},
        {"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z", "2025-12-31T23:30:00Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "2017-01-01T00:00:00Z"},
        {"2017-01-01T01:59:60+02:00", "2017-01-01T00:00:00Z", "2017-01-01T00:00:00Z"},
        {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z", NULL},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", NULL},
        {"2200-12-31T23:59:59Z", "2200-12-31T23:59:59Z", "2200-12-31T23:59:59Z"},
        {"2201-01-01T00:00:00Z", "2201-01-01T00:00:00Z", NULL},
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", NULL},
        {"0000-12-31T23:59:59-00:01", "0001-01-01T00:00:59Z", NULL},
        /* Only what providers write. */
        {"2026-03-01 03:04:05", NULL, "2026-03-01T03:04:05Z"},
        {"2026-03-01T03:04:05", NULL, "2026-03-01T03:04:05Z"},
        {"2026-03-01 03:04:05.913874", NULL, "2026-03-01T03:04:05.913874Z"},
        {"2026-03-01T03:04:05.1234567+0000", NULL, "2026-03-01T03:04:05.123456Z"},
        {"2026-03-01T03:04:05-0530", NULL, "2026-03-01T08:34:05Z"},
        {"2026-03-01 03:04:05+02", NULL, "2026-03-01T01:04:05Z"},
        {"2026-03-01", NULL, "2026-03-01T00:00:00Z"},
        {"1772334245", NULL, "2026-03-01T03:04:05Z"},
        {"1772334245123", NULL, "2026-03-01T03:04:05.123000Z"},
        {"0", NULL, "1970-01-01T00:00:00Z"},
        /* Never. */
        {"0000-01-01T00:00:00Z", NULL, NULL},
        {"0000-12-31T23:59:59Z", NULL, NULL},
        {"0001-01-01T00:00:00+00:01", NULL, NULL},
        {"9999-12-31T23:59:59-23:59", NULL, NULL},
        {"9999-12-31T23:59:60Z", NULL, NULL},
        {"", NULL, NULL},
        {"2026-02-30T00:00:00Z", NULL, NULL},
        {"2025-02-29", NULL, NULL},
        {"2100-02-29", NULL, NULL},
        {"2026-00-01", NULL, NULL},
        {"2026-13-01", NULL, NULL},
        {"2026-04-31", NULL, NULL},
        {"2026-01-00", NULL, NULL},
        {"2026-01-01T24:00:00Z", NULL, NULL},
        {"2026-01-01T00:60:00Z", NULL, NULL},
        {"2026-01-01T00:00:61Z", NULL, NULL},
        {"2026-01-01T12:00:60Z", NULL, NULL},
        {"2016-12-31 23:59:60", NULL, NULL},
        {"2026-01-01T00:00Z", NULL, NULL},
        {"2026-01-01T00:00:00.Z", NULL, NULL},
        {"2026-01-01T00:00:00+24:00", NULL, NULL},
        {"2026-01-01T00:00:00+01:60", NULL, NULL},
        {"2026-01-01T00:00:00+1:00", NULL, NULL},
        {"2026-01-01T00:00:00+010", NULL, NULL},
        {"2026-01-01T00:00:00Zx", NULL, NULL},
        {"2026-01-01x", NULL, NULL},
        {" 2026-01-01", NULL, NULL},
        {"26-01-01", NULL, NULL},
        {"2026-1-1", NULL, NULL},
        {"-1", NULL, NULL},
        {"99999999999999", NULL, NULL},
        {"9999999999999999999999", NULL, NULL},
        {"17723342x5", NULL, NULL},
};

static void check(const char *text, const char *what, int rc, timestamp t,
                  const char *expected)
{
	char buf[TIMESTAMP_TEXT_MAX];

	if (rc == 0 && !expected)
		fail_msg("%s \"%s\": taken as %s", what, text, timestamp_format(t, buf));
	if (rc != 0 && (expected || rc != ERR_INVALID))
		fail_msg("%s \"%s\": refused with %d", what, text, rc);
	if (rc == 0 && expected && strcmp(timestamp_format(t, buf), expected) != 0)
		fail_msg("%s \"%s\": %s", what, text, buf);
	if (rc != 0)
		assert_int_equal(t, 42); /* untouched */
}

static void test_timestamp__parses(void **state)
{
	struct error err;
	timestamp t;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(parse_rows); i++) {
		const struct parse_row *row = &parse_rows[i];
		int rc;

		t = 42;
		rc = timestamp_parse(row->text, &t, &err);
		check(row->text, "strict", rc, t, row->strict);
		t = 42;
		rc = timestamp_parse_loose(row->text, &t, &err);
		check(row->text, "loose", rc, t, row->loose);
	}
}

static void test_timestamp__error_quotes_the_text(void **state)
{
	struct error err;
	timestamp t;

	(void)state;
	assert_int_equal(timestamp_parse("soon\n", &t, &err), ERR_INVALID);
	assert_string_equal(err.text, "not an RFC 3339 time: \"soon \"");
}

/* Every 11 hours and some from 1770 to 2200, against gmtime_r(). */
static void test_timestamp__calendar_agrees_with_the_c_library(void **state)
{
	struct error err;
	int64_t seconds;

	(void)state;
	for (seconds = -INT64_C(6311400000); seconds < INT64_C(7289654400);
	     seconds += 40009) {
		char buf[TIMESTAMP_TEXT_MAX], expected[64];
		time_t wide = (time_t)seconds;
		struct tm tm;
		timestamp back;

		gmtime_r(&wide, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_string_equal(timestamp_format(seconds * USEC_PER_SEC, buf),
		                    expected);
		assert_int_equal(timestamp_parse(buf, &back, &err), 0);
		assert_true(back == seconds * USEC_PER_SEC);
	}
}

static void test_timestamp__format_of_odd_values(void **state)
{
	static const struct {
		timestamp t;
		const char *text;
	} rows[] = {
	        {TIMESTAMP_NONE, ""},
	        {0, "1970-01-01T00:00:00Z"},
	        {-1, "1969-12-31T23:59:59.999999Z"},
	        {1, "1970-01-01T00:00:00.000001Z"},
	        {INT64_MAX, ""},
	        {INT64_MIN + 1, ""},
	};
	char buf[TIMESTAMP_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(timestamp_format(rows[i].t, buf), rows[i].text);
}

static void test_timestamp__epoch(void **state)
{
	static const struct {
		int64_t value;
		timestamp t;
	} rows[] = {
	        {0, 0},
	        {1, USEC_PER_SEC},
	        {1772334245, INT64_C(1772334245000000)},
	        {1772334245123, INT64_C(1772334245123000)},
	        {7289654399, INT64_C(7289654399000000)},
	        {7289654400, TIMESTAMP_NONE},
	        {100000000000, TIMESTAMP_NONE},
	        {100000000001, INT64_C(100000000001000)},
	        {7289654399999, INT64_C(7289654399999000)},
	        {7289654400000, TIMESTAMP_NONE},
	        {-1, TIMESTAMP_NONE},
	        {INT64_MAX, TIMESTAMP_NONE},
	        {INT64_MIN, TIMESTAMP_NONE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++)
		if (timestamp_of_epoch(rows[i].value) != rows[i].t)
			fail_msg("%lld", (long long)rows[i].value);
}

static void test_timestamp__now_is_now(void **state)
{
	timestamp now = timestamp_now();
	timestamp wall = (timestamp)time(NULL) * USEC_PER_SEC;

	(void)state;
	assert_in_range(wall - now + 5 * USEC_PER_SEC, 0, 10 * USEC_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_timestamp__parses),
	        cmocka_unit_test(test_timestamp__error_quotes_the_text),
	        cmocka_unit_test(test_timestamp__calendar_agrees_with_the_c_library),
	        cmocka_unit_test(test_timestamp__format_of_odd_values),
	        cmocka_unit_test(test_timestamp__epoch),
	        cmocka_unit_test(test_timestamp__now_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
