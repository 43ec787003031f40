/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of random histories against an oracle in SQL (clock_oracle.sql), which was
 * written from docs/sla.md: bands, pauses, gaps, approved due times, plans, KEV, sources,
 * calendars over daylight saving in three zones, and machines whose clock was set back.
 * ISOBAR_SEED=N repeats a run, ISOBAR_TEST_ALL=1 makes it ten times as long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "model/risk_clock.h"
#include "store/policy_store.h"

#include "support/pg_fixture.h"
#include "support/random.h"

enum {
	N_CASES = 300,
	N_SEGMENTS_MAX = 10,
	N_CALENDARS = 4,
	N_CROSSINGS = 16,
	TEXT = TIMESTAMP_TEXT_MAX
};

#define MINUTE (USEC_PER_HOUR / 60)
#define UNIT   (100 * MINUTE) /* of windows: each percentage is whole seconds */

static const struct org org = {.id = 1, .slug = "default"};
static struct pg *pg; /* a superuser's */
static struct work_calendar *calendars[N_CALENDARS];

/* Hours and zones are in half hours, so that the oracle may look at each of them. */
static const struct {
	const char *name, *zone, *hours;
	bool holidays;
} specs[N_CALENDARS] = {
        {"office", "Europe/Berlin", "mon-fri 09:00-12:00,13:00-17:00", true},
        {"week", "Europe/Berlin", "mon-fri 00:00-24:00", true},
        {"night", "America/New_York", "mon-sun 00:30-03:30,20:00-24:00", false},
        {"island", "Australia/Lord_Howe",
         "mon-sat 01:00-04:00; sun 00:00-06:00,12:00-24:00", false},
};

static const char holidays[] =
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n"
        "BEGIN:VEVENT\nUID:1\nSUMMARY:New Year\nDTSTART;VALUE=DATE:20200101\n"
        "RRULE:FREQ=YEARLY\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:2\nSUMMARY:Christmas\nDTSTART;VALUE=DATE:20201225\n"
        "DTEND;VALUE=DATE:20201227\nRRULE:FREQ=YEARLY\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:3\nSUMMARY:In March\nDTSTART;VALUE=DATE:20260330\nEND:VEVENT\n"
        "END:VCALENDAR\n";

static const char tables[] =
        "create table clock_case (case_no integer, kev_allowance interval, "
        "first_seen timestamptz);"
        "create table clock_policy (case_no integer, band smallint, length interval, "
        "calendar text, warn integer, source boolean, kev_cap boolean);"
        "create table clock_segment (case_no integer, no integer, from_at timestamptz, "
        "mode smallint, band smallint, due_at timestamptz);"
        "create index on clock_segment (case_no);"
        "create index on clock_policy (case_no);"
        "create table clock_hours (calendar text, from_at timestamptz, to_at timestamptz);";

/* Each half hour of UTC by its wall clock; then those that follow each other are one. */
static const char hours[] =
        "insert into clock_hours "
        "with slot as (select c.name, s.at, s.at at time zone c.time_zone as wall, "
        "c.hours, "
        "c.holidays <> '' as has_days "
        "from isobar.calendar as c, generate_series('2025-12-01'::timestamptz, "
        "'2028-01-01'::timestamptz, '30 minutes') as s (at)), "
        "work as (select name, at from slot where exists (select 1 from "
        "jsonb_array_elements_text(hours -> trim(to_char(wall, 'day'))) as h (span) "
        "where to_char(wall, 'HH24:MI') >= split_part(h.span, '-', 1) "
        "and to_char(wall, 'HH24:MI') < split_part(h.span, '-', 2)) "
        "and not (has_days and (to_char(wall, 'MMDD') in ('0101', '1225', '1226') "
        "or wall::date = '2026-03-30'))), "
        "island as (select name, at, at - row_number() over (partition by name order by "
        "at) "
        "* interval '30 minutes' as mark from work) "
        "select name, min(at), max(at) + interval '30 minutes' from island "
        "group by name, mark";

static void put_calendars(void)
{
	struct policy_change change;
	struct error err;

	for (size_t i = 0; i < N_CALENDARS; i++) {
		struct calendar_spec spec = {.name = specs[i].name,
		                             .zone = specs[i].zone,
		                             .holidays = specs[i].holidays ? holidays : ""};

		if (calendar_hours_parse(specs[i].hours, spec.days, &err) < 0 ||
		    calendar_put(pg, &org, &spec, "test", timestamp_now(), &change, &err) <
		            0)
			fail_msg("%s", err.text);
	}
}

/* As scoring loads them, by policies that name them. */
static void load_calendars(struct arena *a)
{
	static const char file[] = "[0]\nband=low\nwindow=1h\ncalendar=office\n"
	                           "[1]\nband=medium\nwindow=1h\ncalendar=week\n"
	                           "[2]\nband=high\nwindow=1h\ncalendar=night\n"
	                           "[3]\nband=critical\nwindow=1h\ncalendar=island\n";
	struct policy_rows rows;
	struct policy_change change;
	struct sla_policies all;
	struct error err;
	int line;

	if (policy_file_parse("file", file, a, &rows, &err) < 0 ||
	    policies_replace(pg, &org, &rows, "", "test", timestamp_now(), &line, &change,
	                     &err) < 0 ||
	    sla_policies_load(pg, &org, a, &all, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(all.n, N_CALENDARS);
	for (size_t i = 0; i < N_CALENDARS; i++) {
		/* Immutable: the cast only drops what the policy adds. */
		memcpy(&calendars[i], &all.rows[i].calendar, sizeof(calendars[i]));
		assert_non_null(calendars[i]);
	}
}

/* --- histories --- */

struct history {
	int no;
	struct risk_clock_segment segments[N_SEGMENTS_MAX];
	size_t n;
	struct sla_policy policies[N_BANDS];
	int calendar[N_BANDS]; /* -1: none */
	struct risk_clock_rules rules;
};

static bool one_in(int n)
{
	return random_below(n) == 0;
}

static void random_rules(struct history *h)
{
	h->rules = (struct risk_clock_rules){.first_seen = TIMESTAMP_NONE};
	if (one_in(3))
		h->rules.kev_allowance = (1 + random_below(60)) * UNIT;
	if (one_in(2))
		h->rules.first_seen =
		        h->segments[0].from + (random_below(6000) - 4500) * MINUTE;
	for (int b = 0; b < N_BANDS; b++) {
		h->calendar[b] = one_in(2) ? random_below(N_CALENDARS) : -1;
		h->policies[b] = (struct sla_policy){
		        .name = "random",
		        .window = one_in(6)
		                          ? 0
		                          : (1 + random_below(one_in(2) ? 10 : 60)) * UNIT,
		        .warn_percent = 1 + (unsigned int)random_below(99),
		        .calendar = h->calendar[b] < 0 ? NULL : calendars[h->calendar[b]],
		        .kev_cap = !one_in(3),
		        .start = one_in(3) ? SLA_START_SOURCE : SLA_START_STORED};
		h->rules.by_band[b] = &h->policies[b];
	}
}

/* From one segment to the next: mostly on, at times by a whole window, or back. */
static int64_t random_step(void)
{
	switch (random_below(8)) {
	case 0:
		return one_in(2) ? 0 : (random_below(200) - 150) * MINUTE;
	case 1:
		return (1 + random_below(40)) * UNIT;
	case 2:
		return (random_below(3) - 1) * MINUTE + 24 * USEC_PER_HOUR;
	default:
		return (1 + random_below(3000)) * MINUTE;
	}
}

static const char *const seasons[] = {"2026-01-02T08:00:00Z", "2026-03-05T11:30:00Z",
                                      "2026-03-26T16:00:00Z", "2026-04-02T02:00:00Z",
                                      "2026-09-30T13:00:00Z", "2026-10-22T15:00:00Z",
                                      "2026-10-29T04:00:00Z", "2026-12-20T09:00:00Z"};

static void random_history(struct history *h, int no)
{
	struct error err;
	timestamp at;
	int band = random_below(N_BANDS);

	h->no = no;
	h->n = 1 + (size_t)random_below(N_SEGMENTS_MAX - 1);
	assert_int_equal(timestamp_parse(seasons[random_below(8)], &at, &err), 0);
	at += random_below(2880) * MINUTE;
	for (size_t i = 0; i < h->n; i++) {
		if (one_in(3))
			band = random_below(N_BANDS);
		h->segments[i] = (struct risk_clock_segment){
		        .from = at,
		        .mode = one_in(2) ? SLA_MODE_RUNNING
		                          : (enum sla_mode)random_below(3),
		        .band = (enum band)band,
		        .due_at = one_in(6) ? at + random_below(9000) * MINUTE
		                            : TIMESTAMP_NONE};
		at += random_step();
	}
	/* Accepted until a time: the plan is of the same band. */
	if (one_in(3)) {
		h->segments[h->n - 1].mode = SLA_MODE_PAUSED;
		h->segments[h->n] = h->segments[h->n - 1];
		h->segments[h->n].mode = SLA_MODE_RUNNING;
		h->segments[h->n].due_at = TIMESTAMP_NONE;
		h->segments[h->n++].from += (1 + random_below(200)) * USEC_PER_HOUR;
	}
	random_rules(h);
}

static const char *quoted(timestamp t, char out[TEXT + 2])
{
	char text[TEXT];

	snprintf(out, TEXT + 2, t == TIMESTAMP_NONE ? "null" : "'%s'",
	         timestamp_format(t, text));
	return out;
}

static void store_history(const struct history *h)
{
	struct strbuf b = {0};
	char from[TEXT + 2], due[TEXT + 2];

	strbuf_printf(&b, "insert into clock_case values (%d, interval '%lld s', %s);",
	              h->no, (long long)(h->rules.kev_allowance / USEC_PER_SEC),
	              quoted(h->rules.first_seen, from));
	for (int i = 0; i < N_BANDS; i++) {
		const struct sla_policy *p = &h->policies[i];

		strbuf_printf(&b,
		              "insert into clock_policy values (%d, %d, interval '%lld s', "
		              "nullif('%s', ''), %u, %s, %s);",
		              h->no, i, (long long)(p->window / USEC_PER_SEC),
		              h->calendar[i] < 0 ? "" : specs[h->calendar[i]].name,
		              p->warn_percent, p->start ? "true" : "false",
		              p->kev_cap ? "true" : "false");
	}
	for (size_t i = 0; i < h->n; i++)
		strbuf_printf(
		        &b, "insert into clock_segment values (%d, %zu, %s, %d, %d, %s);",
		        h->no, i, quoted(h->segments[i].from, from), h->segments[i].mode,
		        h->segments[i].band, quoted(h->segments[i].due_at, due));
	pg_fixture_exec(pg, strbuf_text(&b));
	strbuf_done(&b);
}

/* --- the oracle --- */

struct oracle {
	char state[16];
	timestamp due_at, soon_at;
	int level; /* -1: no window */
};

static void prepare_oracle(void)
{
	struct strbuf b = {0};
	char line[512];
	FILE *file = fopen(CLOCK_ORACLE, "r");

	assert_non_null(file);
	strbuf_puts(&b, "select state, (extract(epoch from due_at) * 1000000)::bigint, "
	                "(extract(epoch from soon_at) * 1000000)::bigint, level from (");
	while (fgets(line, sizeof(line), file))
		strbuf_puts(&b, line);
	fclose(file);
	strbuf_puts(&b, ") as oracle");
	PGresult *result =
	        PQprepare(pg_connection(pg), "clock_oracle", strbuf_text(&b), 0, NULL);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s", PQresultErrorMessage(result));
	PQclear(result);
	strbuf_done(&b);
}

static timestamp time_field(const PGresult *result, int column)
{
	return PQgetisnull(result, 0, column)
	               ? TIMESTAMP_NONE
	               : strtoll(PQgetvalue(result, 0, column), NULL, 10);
}

static struct oracle ask(const struct history *h, timestamp now)
{
	char no[16], at[TEXT];
	const char *const values[] = {no, at};
	struct oracle out;

	snprintf(no, sizeof(no), "%d", h->no);
	timestamp_format(now, at);
	PGresult *result =
	        PQexecPrepared(pg_connection(pg), "clock_oracle", 2, values, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
		fail_msg("%d rows; %s", PQntuples(result), PQresultErrorMessage(result));
	snprintf(out.state, sizeof(out.state), "%s", PQgetvalue(result, 0, 0));
	out.due_at = time_field(result, 1);
	out.soon_at = time_field(result, 2);
	out.level = PQgetisnull(result, 0, 3)
	                    ? -1
	                    : (int)strtol(PQgetvalue(result, 0, 3), NULL, 10);
	PQclear(result);
	return out;
}

static void show(const struct history *h)
{
	char from[TEXT], due[TEXT];

	for (size_t i = 0; i < h->n; i++)
		print_error("  %s %s %s %s\n", timestamp_format(h->segments[i].from, from),
		            sla_mode_name(h->segments[i].mode),
		            band_name(h->segments[i].band),
		            timestamp_format(h->segments[i].due_at, due));
	for (int b = 0; b < N_BANDS; b++)
		print_error("  %s: %lld min, %s, %u %%%s%s\n", band_name((enum band)b),
		            (long long)(h->policies[b].window / MINUTE),
		            h->calendar[b] < 0 ? "-" : specs[h->calendar[b]].name,
		            h->policies[b].warn_percent,
		            h->policies[b].start ? ", source" : "",
		            h->policies[b].kev_cap ? ", KEV cap" : "");
	print_error("  KEV %lld min, first seen %s\n",
	            (long long)(h->rules.kev_allowance / MINUTE),
	            timestamp_format(h->rules.first_seen, from));
}

/* Is nothing planned after now, and no warn point in the way? */
static bool is_plain(const struct history *h, timestamp now)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->segments[i].from > now)
			return false;
	return true;
}

/* What the oracle's times say of the next crossing, where nothing is planned. */
static timestamp next_of(const struct oracle *o, timestamp now)
{
	if (strcmp(o->state, "ok") == 0)
		return o->soon_at;
	if (strcmp(o->state, "due_soon") == 0)
		return o->due_at + 1;
	(void)now;
	return TIMESTAMP_NONE;
}

static struct risk_clock check_at(const struct history *h, timestamp now)
{
	const struct risk_clock clock =
	        risk_clock_evaluate(&h->rules, h->segments, h->n, now);
	const struct oracle want = ask(h, now);
	char at[TEXT], due[TEXT], want_due[TEXT], next[TEXT], soon[TEXT];
	bool same = strcmp(sla_state_name(clock.sla.state), want.state) == 0 &&
	            clock.sla.due_at == want.due_at;

	if (same && is_plain(h, now))
		same = clock.next_crossing == next_of(&want, now);
	if (!same) {
		show(h);
		fail_msg("history %d at %s: %s, due %s, next %s; the oracle: %s, due %s, "
		         "soon %s",
		         h->no, timestamp_format(now, at), sla_state_name(clock.sla.state),
		         timestamp_format(clock.sla.due_at, due),
		         timestamp_format(clock.next_crossing, next), want.state,
		         timestamp_format(want.due_at, want_due),
		         timestamp_format(want.soon_at, soon));
	}
	return clock;
}

/* At each crossing the state is another than just before, and is the crossing's. */
static void check_crossings(const struct history *h, timestamp after)
{
	struct sla_crossing list[N_CROSSINGS];
	const size_t n = risk_clock_crossings(&h->rules, h->segments, h->n, after,
	                                      INT64_MAX, list, N_CROSSINGS);
	timestamp at = after;
	size_t i = 0;

	/* The chain of next crossings is the list. */
	for (;;) {
		const timestamp next =
		        risk_clock_evaluate(&h->rules, h->segments, h->n, at).next_crossing;

		if (next == TIMESTAMP_NONE)
			break;
		assert_true(i < n && next > at);
		assert_int_equal(next, list[i].at);
		while (i < n && list[i].at == next)
			i++;
		at = next;
	}
	assert_int_equal(i, n);
	for (i = 0; i < n; i++) {
		const enum sla_state before = check_at(h, list[i].at - 1).sla.state;
		const enum sla_state now = check_at(h, list[i].at).sla.state;

		if (i + 1 < n && list[i + 1].at == list[i].at)
			continue; /* both at once: the later one shows */
		assert_int_equal(now, list[i].kind == SLA_CROSSING_BREACHED ? SLA_BREACHED
		                                                            : SLA_DUE_SOON);
		assert_int_not_equal(before, now);
	}
}

static void check_history(const struct history *h)
{
	const timestamp first = h->segments[0].from;
	timestamp last = first;

	store_history(h);
	check_at(h, first - USEC_PER_HOUR);
	for (size_t i = 0; i < h->n; i++) {
		check_at(h, h->segments[i].from);
		if (h->segments[i].from > last)
			last = h->segments[i].from;
	}
	for (int i = 0; i < 4; i++) {
		const timestamp t =
		        first +
		        random_below((int)((last - first) / MINUTE) + 6000) * MINUTE;
		const struct risk_clock clock = check_at(h, t);

		if (clock.sla.due_at != TIMESTAMP_NONE && clock.sla.due_at > first) {
			check_at(h, clock.sla.due_at);
			check_at(h, clock.sla.due_at + 1);
		}
		check_crossings(h, t);
		/* The same, whatever was asked in between. */
		const struct risk_clock again =
		        risk_clock_evaluate(&h->rules, h->segments, h->n, t);

		assert_int_equal(again.sla.state, clock.sla.state);
		assert_int_equal(again.sla.due_at, clock.sla.due_at);
		assert_int_equal(again.next_crossing, clock.next_crossing);
	}
}

static void test_risk_clock__agrees_with_the_oracle(void **state)
{
	const int n = getenv("ISOBAR_TEST_ALL") ? 10 * N_CASES : N_CASES;
	ARENA_SCOPED a = arena_new(1 << 20);
	int states[N_SLA_STATES] = {0};

	(void)state;
	put_calendars();
	load_calendars(a);
	pg_fixture_exec(pg, tables);
	pg_fixture_exec(pg, hours);
	pg_fixture_exec(
	        pg, "create index on clock_hours (calendar, from_at); analyze clock_hours");
	prepare_oracle();
	random_begin(20261125);
	for (int i = 0; i < n; i++) {
		struct history h;

		random_history(&h, i);
		check_history(&h);
		states[risk_clock_evaluate(&h.rules, h.segments, h.n,
		                           h.segments[h.n - 1].from + 50 * USEC_PER_HOUR)
		               .sla.state]++;
	}
	for (int i = 0; i < N_SLA_STATES; i++)
		print_message("%s %d ", sla_state_name((enum sla_state)i), states[i]);
	print_message("at the end of %d histories\n", n);
}

static int setup(void **state)
{
	(void)state;
	pg = pg_fixture_open(NULL, PG_GROUP_POLICY);
	pg_fixture_exec(pg, "set timezone to 'UTC'");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pg_close(pg);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_risk_clock__agrees_with_the_oracle),
	};

	pg_fixture_create("clock_oracle");
	pg_fixture_migrate();
	const int failed = cmocka_run_group_tests(tests, setup, teardown);

	pg_fixture_drop();
	return failed;
}
