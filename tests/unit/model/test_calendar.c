/* SPDX-License-Identifier: Apache-2.0 */
/* Working time: hours, holidays, daylight saving in three zones, and what is refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/calendar.h"
#include "model/risk_clock.h"

#define HOUR USEC_PER_HOUR

static struct work_calendar *calendar(struct arena *a, const char *zone, const char *hours,
                                      const char *holidays)
{
	struct calendar_spec spec = {.name = "office", .zone = zone, .holidays = holidays};
	struct work_calendar *out = NULL;
	struct error err;

	if (calendar_hours_parse(hours, spec.days, &err) < 0 ||
	    work_calendar_new(&spec, a, &out, &err) < 0)
		fail_msg("%s", err.text);
	return out;
}

static timestamp at(const char *text)
{
	timestamp out;
	struct error err;

	assert_int_equal(timestamp_parse(text, &out, &err), 0);
	return out;
}

static const char christmas[] =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n"
        "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Christmas\r\n"
        "DTSTART;VALUE=DATE:20151225\r\nDTEND;VALUE=DATE:20151227\r\n"
        "RRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20271225\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n";
static const char half_days[] =
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n"
        "BEGIN:VEVENT\nUID:1\nSUMMARY:Move\n"
        "DTSTART:20260303T120000\nDURATION:PT5H\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:2\nSUMMARY:In UTC\n"
        "DTSTART:20260304T120000Z\nDTEND:20260304T130000Z\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:3\nSUMMARY:In New York\n"
        "DTSTART;TZID=America/New_York:20260305T070000\n"
        "DTEND;TZID=America/New_York:20260305T090000\nEND:VEVENT\n"
        "END:VCALENDAR\n";

static const struct {
	const char *name, *zone, *hours, *holidays, *from, *to;
	double hours_between;
} rows[] = {
        {"a week of offices", "Europe/Berlin", "mon-fri 09:00-12:00,13:00-17:00", "",
         "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", 35},
        {"from friday to monday", "Europe/Berlin", "mon-fri 00:00-24:00", "",
         "2026-01-09T17:00:00+01:00", "2026-01-12T17:00:00+01:00", 24},
        {"nights", "UTC", "mon-sun 22:00-24:00,00:00-06:00", "", "2026-01-05T12:00:00Z",
         "2026-01-06T12:00:00Z", 8},
        {"over the end of the week", "UTC", "fri-mon 00:00-24:00", "",
         "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", 96},

        /* 02:00 to 03:00 is skipped, and comes twice. */
        {"Berlin, spring", "Europe/Berlin", "mon-sun 00:00-24:00", "",
         "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23},
        {"Berlin, the skipped hour", "Europe/Berlin", "mon-sun 02:00-03:00", "",
         "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 0},
        {"Berlin, autumn", "Europe/Berlin", "mon-sun 00:00-24:00", "",
         "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25},
        {"Berlin, the doubled hour", "Europe/Berlin", "mon-sun 02:00-03:00", "",
         "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 2},
        {"New York, spring", "America/New_York", "mon-sun 01:00-04:00", "",
         "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", 2},
        {"New York, autumn", "America/New_York", "mon-sun 01:00-02:00", "",
         "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", 2},
        {"Lord Howe, spring: half an hour", "Australia/Lord_Howe", "mon-sun 01:00-04:00",
         "", "2026-10-04T00:00:00+10:30", "2026-10-05T00:00:00+11:00", 2.5},
        {"Lord Howe, autumn: half an hour", "Australia/Lord_Howe", "mon-sun 01:00-04:00",
         "", "2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30", 3.5},
        {"by the rules, far ahead", "Europe/Berlin", "mon-sun 02:00-03:00", "",
         "2059-03-01T00:00:00Z", "2059-04-01T00:00:00Z", 30},
        {"Lord Howe, far ahead", "Australia/Lord_Howe", "mon-sun 01:00-04:00", "",
         "2050-10-01T13:30:00Z", "2050-10-02T13:00:00Z", 2.5},

        {"two days each year", "UTC", "mon-sun 00:00-24:00", christmas,
         "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", 29 * 24},
        {"but for one", "UTC", "mon-sun 00:00-24:00", christmas, "2027-12-01T00:00:00Z",
         "2028-01-01T00:00:00Z", 31 * 24},
        {"far ahead", "UTC", "mon-sun 00:00-24:00", christmas, "2060-12-01T00:00:00Z",
         "2061-01-01T00:00:00Z", 29 * 24},
        {"holidays are of the zone", "America/New_York", "mon-sun 00:00-24:00", christmas,
         "2026-12-25T00:00:00-05:00", "2026-12-27T00:00:00-05:00", 0},
        {"an afternoon", "Europe/Berlin", "mon-fri 09:00-17:00", half_days,
         "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z", 3},
        {"an hour of UTC", "Europe/Berlin", "mon-fri 14:00-17:00", half_days,
         "2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z", 3},
        {"two hours of another zone", "Europe/Berlin", "mon-fri 09:00-17:00", half_days,
         "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z", 6},

        {"all hours count before 2015", "UTC", "mon 09:00-10:00", "",
         "2014-12-01T00:00:00Z", "2015-01-01T00:00:00Z", 31 * 24},
        {"and after 2060", "UTC", "mon 09:00-10:00", "", "2060-12-31T00:00:00Z",
         "2061-01-02T00:00:00Z", 24},
};

static void test_work_calendar_between__counts_hours(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1 << 16);
		const struct work_calendar *c =
		        calendar(a, rows[i].zone, rows[i].hours, rows[i].holidays);
		const timestamp from = at(rows[i].from), to = at(rows[i].to);
		const int64_t got = work_calendar_between(c, from, to);

		if (got != (int64_t)(rows[i].hours_between * HOUR))
			fail_msg("%s: %g hours", rows[i].name, (double)got / HOUR);
		assert_int_equal(work_calendar_between(c, to, from), -got);
		/* The first instant by which it is used up. */
		const timestamp end = work_calendar_add(c, from, got);

		assert_true(end <= to);
		assert_int_equal(work_calendar_between(c, from, end), got);
		if (got)
			assert_int_equal(work_calendar_between(c, from, end - 1), got - 1);
	}
}

/* Critical: 48 hours. */
static void test_risk_clock__counts_by_a_calendar(void **state)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	struct risk_clock_rules rules = risk_clock_default_rules();
	struct sla_policy policy = *rules.by_band[BAND_CRITICAL];
	const timestamp found = at("2026-01-09T17:00:00Z"); /* a Friday */
	const struct risk_clock_segment segment = {found, SLA_MODE_RUNNING, BAND_CRITICAL,
	                                           TIMESTAMP_NONE};
	struct risk_clock clock = risk_clock_evaluate(&rules, &segment, 1, found);

	(void)state;
	assert_int_equal(clock.sla.due_at, at("2026-01-11T17:00:00Z")); /* Sunday */

	policy.calendar = calendar(a, "UTC", "mon-fri 00:00-24:00", "");
	rules.by_band[BAND_CRITICAL] = &policy;
	clock = risk_clock_evaluate(&rules, &segment, 1, found);
	assert_int_equal(clock.sla.due_at, at("2026-01-13T17:00:00Z")); /* Tuesday */
	/* 36 working hours: 7 on Friday, 24 on Monday, 5 on Tuesday. */
	assert_int_equal(clock.next_crossing, at("2026-01-13T05:00:00Z"));

	/* Used up when the office closes, not when it opens again. */
	policy.calendar = calendar(a, "UTC", "mon-fri 09:00-17:00", "");
	policy.window = 8 * HOUR;
	clock = risk_clock_evaluate(&rules, &segment, 1, found);
	assert_int_equal(clock.sla.due_at, at("2026-01-12T17:00:00Z"));
	clock = risk_clock_evaluate(&rules, &segment, 1, at("2026-01-12T17:00:01Z"));
	assert_int_equal(clock.sla.state, SLA_BREACHED);
}

#define EVENT(text)                                                                 \
	"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:t\nBEGIN:VEVENT\nUID:1\nSUMMARY:Day " \
	"off\n" text "\nEND:VEVENT\nEND:VCALENDAR\n"

static void test_work_calendar_new__refuses(void **state)
{
	static const struct {
		const char *zone, *hours, *holidays, *error;
	} bad[] = {
	        {"Mars/Olympus", "mon 09:00-10:00", "",
	         "calendar office: unknown time zone \"Mars/Olympus\"; wants an IANA name, "
	         "for instance Europe/Berlin"},
	        {"../../etc/passwd", "mon 09:00-10:00", "",
	         "calendar office: unknown time zone \"../../etc/passwd\"; wants an IANA "
	         "name, "
	         "for instance Europe/Berlin"},
	        {"zone.tab", "mon 09:00-10:00", "", "calendar office: unknown time zone*"},
	        {"Europe", "mon 09:00-10:00", "", "calendar office: unknown time zone*"},
	        {"UTC", "mon 09:00-10:00",
	         EVENT("DTSTART;VALUE=DATE:20150101\nRRULE:FREQ=DAILY"),
	         "calendar office: no working time"},
	        {"UTC", "mon 09:00-10:00", "hello",
	         "calendar office: holidays: no iCalendar (BEGIN:VCALENDAR)"},
	        {"UTC", "mon 09:00-10:00",
	         "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:t\nEND:VCALENDAR\n",
	         "calendar office: holidays: no VEVENT"},
	        {"UTC", "mon 09:00-10:00", EVENT("DESCRIPTION:none"),
	         "calendar office: holidays: event \"Day off\": has no DTSTART"},
	        {"UTC", "mon 09:00-10:00", EVENT("DTSTART:20260101T120000"),
	         "calendar office: holidays: event \"Day off\": has no DTEND and no "
	         "DURATION"},
	        {"UTC", "mon 09:00-10:00",
	         EVENT("DTSTART;VALUE=DATE:20260102\nDTEND;VALUE=DATE:20260101"),
	         "calendar office: holidays: event \"Day off\": ends before it begins"},
	        {"UTC", "mon 09:00-10:00",
	         EVENT("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=SECONDLY"),
	         "calendar office: holidays: event \"Day off\": RRULE wants FREQ=DAILY, "
	         "WEEKLY, "
	         "MONTHLY or YEARLY"},
	        {"UTC", "mon 09:00-10:00", EVENT("DTSTART;VALUE=DATE:20261345"),
	         "calendar office: holidays: event \"Day off\": DTSTART is no date and no "
	         "time"},
	        {"UTC", "mon 09:00-10:00",
	         EVENT("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=FOO"),
	         "calendar office: holidays: *"},
	        {"UTC", "mon 09:00-10:00",
	         EVENT("DTSTART;TZID=No/Where:20260101T120000\nDURATION:PT1H"),
	         "calendar office: holidays: event \"Day off\": unknown time zone*"},
	        {"UTC", "", "", "bad hours \"\"*"},
	        {"UTC", "mon", "", "bad hours \"mon\"*"},
	        {"UTC", "monday 09:00-10:00", "", "bad hours \"monday 09:00-10:00\"*"},
	        {"UTC", "mon 9:00-10:00", "", "bad hours*"},
	        {"UTC", "mon 10:00-09:00", "", "bad hours*"},
	        {"UTC", "mon 09:00-24:01", "", "bad hours*"},
	        {"UTC", "mon 09:00-10:60", "", "bad hours*"},
	        {"UTC", "mon 09:00-12:00,11:00-13:00", "", "bad hours*"},
	        {"UTC", "mon 09:00-12:00; mon 11:00-13:00", "", "bad hours*"},
	        {"UTC", "mon 09:00-12:00;", "", "bad hours*"},
	        {"UTC", "mon 09:00-12:00 tue 09:00-12:00", "", "bad hours*"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		ARENA_SCOPED a = arena_new(1 << 16);
		struct calendar_spec spec = {
		        .name = "office", .zone = bad[i].zone, .holidays = bad[i].holidays};
		struct work_calendar *out;
		struct error err = {0};
		const size_t size = strcspn(bad[i].error, "*");
		int rc = calendar_hours_parse(bad[i].hours, spec.days, &err);

		if (rc == 0)
			rc = work_calendar_new(&spec, a, &out, &err);
		if (rc != ERR_INVALID || strncmp(err.text, bad[i].error, size) != 0 ||
		    (!bad[i].error[size] && err.text[size]) || strchr(err.text, '\n'))
			fail_msg("%zu: \"%s\"; wanted \"%s\"", i, err.text, bad[i].error);
	}
}

static void test_calendar_hours__are_text_again(void **state)
{
	static const char *const texts[] = {
	        "mon-fri 09:00-12:00,13:00-17:00; sat 10:00-14:00", "mon-sun 00:00-24:00",
	        "wed 23:59-24:00"};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
		ARENA_SCOPED a = arena_new(4096);
		struct day_hours days[WEEK_DAYS];
		struct error err;

		assert_int_equal(calendar_hours_parse(texts[i], days, &err), 0);
		assert_string_equal(calendar_hours_text(days, a), texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_work_calendar_between__counts_hours),
	        cmocka_unit_test(test_risk_clock__counts_by_a_calendar),
	        cmocka_unit_test(test_work_calendar_new__refuses),
	        cmocka_unit_test(test_calendar_hours__are_text_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
