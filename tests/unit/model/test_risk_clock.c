/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock at its borders: windows, pauses, approved due times, the KEV cap, plans for
 * the future, clocks that were set back, and where crossings are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/risk_clock.h"

#define AT(hours)   (start + (hours)*USEC_PER_HOUR)
#define NONE        TIMESTAMP_NONE
#define DUE_NONE    (-1)
#define SEGMENT_MAX 6

static const timestamp start = INT64_C(1767225600) * USEC_PER_SEC; /* 2026-01-01 */

static int position(const char *letters, char c)
{
	const char *at = strchr(letters, c);

	assert_non_null(at);
	return (int)(at - letters);
}

/*
 * A ledger as text: "0Rc 40Pc 96Rh=120": running critical from hour 0, paused from 40 on,
 * running high from 96, due no earlier than in hour 120.
 */
static size_t ledger_of(const char *text, struct risk_clock_segment *out)
{
	size_t n = 0;
	int hour, due, size;
	char mode, band;

	for (; n < SEGMENT_MAX && sscanf(text, "%d%c%c%n", &hour, &mode, &band, &size) == 3;
	     n++) {
		text += size;
		out[n] = (struct risk_clock_segment){
		        .from = AT(hour),
		        .mode = (enum sla_mode)(position("RPS", mode)),
		        .band = (enum band)(position("lmhc", band)),
		        .due_at = NONE};
		if (sscanf(text, "=%d%n", &due, &size) == 1) {
			text += size;
			out[n].due_at = AT(due);
		}
	}
	assert_int_equal(*text, 0);
	return n;
}

struct row {
	const char *name;
	const char *ledger;
	int kev_days;
	int first_seen; /* hour, with start = source; 0: start = stored */
	int now;        /* hour */
	enum sla_state state;
	int due;  /* hour; DUE_NONE: none */
	int next; /* hour of the next crossing; breach: of the due time; 0: none */
};

/* Windows of the defaults: medium 2160 h, high 336 h, critical 48 h. */
static const struct row rows[] = {
        {"new", "0Rc", 0, 0, 0, SLA_OK, 48, 36},
        {"due soon", "0Rc", 0, 0, 36, SLA_DUE_SOON, 48, 48},
        {"at its due time", "0Rc", 0, 0, 48, SLA_DUE_SOON, 48, 48},
        {"after it", "0Rc", 0, 0, 49, SLA_BREACHED, 48, 0},
        {"before it began", "10Rc", 0, 0, 5, SLA_OK, 58, 46},
        {"best effort", "0Rl", 0, 0, 9999, SLA_NONE, DUE_NONE, 0},
        {"paused in time", "0Rc 40Pc", 0, 0, 90, SLA_PAUSED, DUE_NONE, 0},
        {"paused too late", "0Rc 50Pc", 0, 0, 90, SLA_PAUSED, 48, 0},
        {"runs again", "0Rc 40Pc 100Rc", 0, 0, 101, SLA_DUE_SOON, 108, 108},
        {"paused just when it was due", "0Rc 48Pc 100Rc", 0, 0, 100, SLA_DUE_SOON, 100,
         100},
        {"met", "0Rc 48Sc", 0, 0, 500, SLA_MET, 48, 0},
        {"missed", "0Rc 49Sc", 0, 0, 500, SLA_MISSED, 48, 0},
        {"met after a pause", "0Rc 40Pc 100Sc", 0, 0, 500, SLA_MET, 108, 0},

        /* The earliest due time of the windows holds. */
        {"up takes the earlier one", "0Rm 100Rh", 0, 0, 100, SLA_OK, 436, 352},
        {"up wins no time", "0Rm 2100Rh", 0, 0, 2100, SLA_DUE_SOON, 2160, 2160},
        {"down takes its own start", "0Rh 100Rm", 0, 0, 400, SLA_OK, 2160, 1620},
        {"down and up again begins anew", "0Rh 100Rm 200Rh", 0, 0, 200, SLA_OK, 536, 452},

        /* Gone and seen again. */
        {"back within a day", "0Rc 10Sc 34Rc", 0, 0, 34, SLA_OK, 72, 60},
        {"back later", "0Rc 10Sc 35Rc", 0, 0, 35, SLA_OK, 83, 71},

        /* Approved due times: at least that, for windows that had begun before. */
        {"approved", "0Rc 40Rc=96", 0, 0, 40, SLA_OK, 96, 72},
        {"approved, due soon", "0Rc 40Rc=96", 0, 0, 72, SLA_DUE_SOON, 96, 96},
        {"approved, breached", "0Rc 40Rc=96", 0, 0, 97, SLA_BREACHED, 96, 0},
        {"not before it was approved", "0Rc 40Rc=96", 0, 0, 39, SLA_DUE_SOON, 48, 72},
        {"approved, but the window ends later", "0Rc 10Rc=20", 0, 0, 10, SLA_OK, 48, 36},
        {"an approved time is a date, whatever is paused", "0Rc 40Rc=96 50Pc 60Rc", 0, 0,
         60, SLA_OK, 96, 72},
        {"a pause makes the window end later than what was approved",
         "0Rc 40Rc=96 42Pc 95Rc", 0, 0, 95, SLA_DUE_SOON, 101, 101},
        {"breached as soon as the pause ends", "0Rc 10Rc=96 50Pc 200Rc", 0, 0, 201,
         SLA_BREACHED, 96, 0},
        {"the later of two counts", "0Rc 10Rc=96 20Rc=80", 0, 0, 20, SLA_OK, 96, 72},
        {"a move up begins a window of its own", "0Rh 300Rh=900 400Rc", 0, 0, 400, SLA_OK,
         448, 436},
        {"not in the next stretch", "0Rc 10Rc=96 20Sc 100Rc", 0, 0, 100, SLA_OK, 148, 136},

        /* In KEV: no later than start + allowance, of any band. */
        {"capped", "0Rm", 21, 0, 0, SLA_OK, 504, 378},
        {"cap of a stretch in any band", "0Rl 100Rh", 7, 0, 100, SLA_OK, 168, 126},
        {"the window is shorter", "0Rc", 21, 0, 0, SLA_OK, 48, 36},
        {"best effort, but capped", "0Rl", 1, 0, 0, SLA_OK, 24, 18},
        {"a pause moves the cap", "0Rm 10Pm 20Rm", 1, 0, 20, SLA_OK, 34, 28},
        {"approved in spite of the cap", "0Rm 10Rm=100", 1, 0, 10, SLA_OK, 100, 75},

        /* The source saw it first. */
        {"counted from there", "0Rc", 0, -10, 0, SLA_OK, 38, 26},
        {"not when it saw it later", "0Rc", 0, 10, 0, SLA_OK, 48, 36},
        {"only the first stretch", "0Rc 1Sc 50Rc", 0, -10, 50, SLA_OK, 98, 86},
        {"only from the first segment on", "0Rl 10Rc", 0, -10, 10, SLA_OK, 58, 46},

        /* Plans. */
        {"accepted until 200", "0Rc 10Pc 200Rc", 0, 0, 20, SLA_PAUSED, 238, 226},
        {"accepted too late", "0Rc 60Pc 200Rc", 0, 0, 70, SLA_PAUSED, 48, 0},
        {"not yet accepted", "0Rc 10Pc 200Rc", 0, 0, 5, SLA_OK, 238, 226},
        {"withdrawn, the plan left in place", "0Rc 10Pc 200Rc 20Rc", 0, 0, 300,
         SLA_BREACHED, 58, 0},
        {"an approved time passes while it is accepted", "0Rc 10Rc=96 50Pc 200Rc", 0, 0, 60,
         SLA_PAUSED, 96, 200},

        /* Clocks that were set back. */
        {"written at the same time", "0Rc 0Pc", 0, 0, 5, SLA_PAUSED, DUE_NONE, 0},
        {"resolved before it was opened", "9Rc 5Sc", 0, 0, 7, SLA_MET, 53, 0},
        {"and later than that", "9Rc 5Sc", 0, 0, 70, SLA_MET, 53, 0},
        {"what was approved stays", "0Rc 40Rc=96 39Rc", 0, 0, 50, SLA_OK, 96, 72},
};

static struct risk_clock_rules rules_of(const struct row *row,
                                        struct sla_policy policies[N_BANDS])
{
	struct risk_clock_rules rules = risk_clock_default_rules();

	rules.kev_allowance = row->kev_days * 24 * USEC_PER_HOUR;
	for (int b = 0; b < N_BANDS; b++) {
		policies[b] = *rules.by_band[b];
		rules.by_band[b] = &policies[b];
		if (row->first_seen)
			policies[b].start = SLA_START_SOURCE;
	}
	if (row->first_seen)
		rules.first_seen = AT(row->first_seen);
	return rules;
}

static int hour_of(timestamp t)
{
	return t == NONE ? DUE_NONE : (int)((t - start) / USEC_PER_HOUR);
}

static void test_risk_clock_evaluate__follows_the_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct row *row = &rows[i];
		struct sla_policy policies[N_BANDS];
		struct risk_clock_segment segments[SEGMENT_MAX];
		const size_t n = ledger_of(row->ledger, segments);
		const struct risk_clock_rules rules = rules_of(row, policies);
		const struct risk_clock clock =
		        risk_clock_evaluate(&rules, segments, n, AT(row->now));
		const timestamp due = row->due == DUE_NONE ? NONE : AT(row->due);
		const timestamp next = !row->next              ? NONE
		                       : row->next == row->due ? AT(row->next) + 1
		                                               : AT(row->next);

		if (clock.sla.state != row->state || clock.sla.due_at != due ||
		    clock.next_crossing != next)
			fail_msg("%s: %s, due %d, next %d", row->name,
			         sla_state_name(clock.sla.state), hour_of(clock.sla.due_at),
			         hour_of(clock.next_crossing));
		assert_int_equal(clock.policy == NULL, row->state == SLA_NONE);
	}
}

static void test_risk_clock_crossings__are_found_in_order(void **state)
{
	static const int16_t points[] = {50, 90};
	struct risk_clock_rules rules = risk_clock_default_rules();
	struct sla_policy policy = *rules.by_band[BAND_CRITICAL];
	struct risk_clock_segment segments[SEGMENT_MAX];
	/* 50, 75 and 90 % of 48 hours; 70 hours later behind the pause. */
	const struct sla_crossing want[] = {
	        {AT(24), SLA_CROSSING_WARN, 50},
	        {AT(106), SLA_CROSSING_DUE_SOON, 75},
	        {AT(70) + 48 * USEC_PER_HOUR * 9 / 10, SLA_CROSSING_WARN, 90},
	        {AT(118) + 1, SLA_CROSSING_BREACHED, 100},
	};
	struct sla_crossing got[8];

	(void)state;
	ledger_of("0Rc 30Pc 100Rc", segments);
	policy.warn_points = points;
	policy.n_warn_points = N_ELEMENTS(points);
	rules.by_band[BAND_CRITICAL] = &policy;
	for (size_t room = 0; room < N_ELEMENTS(got); room++) {
		const size_t n = risk_clock_crossings(&rules, segments, 3, AT(0), INT64_MAX,
		                                      got, room);

		assert_int_equal(n, room < N_ELEMENTS(want) ? room : N_ELEMENTS(want));
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(got[i].at, want[i].at);
			assert_int_equal(got[i].kind, want[i].kind);
			assert_int_equal(got[i].percent, want[i].percent);
		}
	}
	assert_int_equal(risk_clock_crossings(&rules, segments, 3, AT(24), AT(106), got, 8),
	                 1);
	assert_int_equal(
	        risk_clock_crossings(&rules, segments, 3, AT(24), AT(106) - 1, got, 8), 0);
}

static void test_risk_clock_evaluate__reads_long_ledgers(void **state)
{
	const struct risk_clock_rules rules = risk_clock_default_rules();
	struct risk_clock_segment segments[1000];

	(void)state;
	/* An hour of each two runs, and one segment was written by a slow clock. */
	for (int i = 0; i < 1000; i++)
		segments[i] = (struct risk_clock_segment){
		        AT(i), i % 2 ? SLA_MODE_PAUSED : SLA_MODE_RUNNING, BAND_CRITICAL,
		        NONE};
	segments[999].from = segments[998].from;
	const struct risk_clock clock =
	        risk_clock_evaluate(&rules, segments, 1000, AT(2000));

	assert_int_equal(clock.sla.state, SLA_PAUSED);
	assert_int_equal(clock.sla.due_at, AT(96));
	assert_int_equal(clock.sla.remaining, (48 - 499) * USEC_PER_HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_risk_clock_evaluate__follows_the_rules),
	        cmocka_unit_test(test_risk_clock_crossings__are_found_in_order),
	        cmocka_unit_test(test_risk_clock_evaluate__reads_long_ledgers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
