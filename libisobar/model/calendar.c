/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Working time as spans of UTC, with what lies before each, so that a question is one
 * search.  Hours are cut out of each period between two changes of the zone's clock: so
 * a skipped hour counts nothing, and a doubled one twice.
 */
#include "model/calendar.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "calendar_private.h"

#define DAY_SECONDS INT64_C(86400)

/* Microseconds; before: working time from the start of the calendar to here. */
struct work_span {
	timestamp from, to;
	int64_t before;
};

struct work_calendar {
	timestamp from, to; /* what is computed; outside all hours count */
	int64_t total;
	size_t n;
	struct work_span spans[];
};

/* --- spans --- */

void spans_add(struct spans *s, int64_t from, int64_t to)
{
	if (from >= to)
		return;
	if (s->n == s->room) {
		s->room = 2 * s->room + 64;
		s->rows = xrealloc(s->rows, s->room * sizeof(*s->rows));
	}
	s->rows[s->n++] = (struct span){from, to};
}

static int by_from(const void *a, const void *b)
{
	const int64_t x = ((const struct span *)a)->from,
	              y = ((const struct span *)b)->from;

	return x < y ? -1 : x > y;
}

void spans_merge(struct spans *s)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->rows, s->n, sizeof(*s->rows), by_from);
	for (size_t i = 0; i < s->n; i++) {
		const struct span next = s->rows[i];

		if (!kept || s->rows[kept - 1].to < next.from)
			s->rows[kept++] = next;
		else if (s->rows[kept - 1].to < next.to)
			s->rows[kept - 1].to = next.to;
	}
	s->n = kept;
}

void spans_done(struct spans *s)
{
	free(s->rows);
	*s = (struct spans){0};
}

/* What of a span is outside of others, which are ascending; *at moves on with it. */
static void add_less(struct spans *out, struct span span, const struct spans *less,
                     size_t *at)
{
	while (*at < less->n && less->rows[*at].to <= span.from)
		(*at)++;
	for (size_t i = *at; i < less->n && less->rows[i].from < span.to; i++) {
		spans_add(out, span.from, less->rows[i].from);
		span.from = less->rows[i].to;
	}
	spans_add(out, span.from, span.to);
}

/* --- making one --- */

struct maker {
	const struct calendar_spec *spec;
	struct time_zone zone;
	struct spans wall_holidays, utc_holidays;
	struct spans hours; /* of the wall clock, without holidays */
	struct spans work;  /* of UTC */
};

static void maker_done(struct maker *m)
{
	spans_done(&m->wall_holidays);
	spans_done(&m->utc_holidays);
	spans_done(&m->hours);
	spans_done(&m->work);
}

static int64_t first_second(void)
{
	return days_of_date(CALENDAR_FIRST_YEAR, 1, 1) * DAY_SECONDS;
}

static int64_t last_second(void)
{
	return days_of_date(CALENDAR_LAST_YEAR + 1, 1, 1) * DAY_SECONDS;
}

/* A day more at both ends: wall clocks are up to a day off. */
static void make_hours(struct maker *m)
{
	const int64_t last = last_second() / DAY_SECONDS + 1;
	struct spans all = {0};
	size_t at = 0;

	for (int64_t day = first_second() / DAY_SECONDS - 1; day <= last; day++) {
		/* 1970-01-01 was a Thursday. */
		const struct day_hours *hours = &m->spec->days[(day + 3) % WEEK_DAYS];

		for (int i = 0; i < hours->n; i++)
			spans_add(&all, day * DAY_SECONDS + hours->intervals[i].from * 60,
			          day * DAY_SECONDS + hours->intervals[i].to * 60);
	}
	spans_merge(&all);
	for (size_t i = 0; i < all.n; i++)
		add_less(&m->hours, all.rows[i], &m->wall_holidays, &at);
	spans_done(&all);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t greatest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The hours of [from, to) of UTC, in which the zone's clock does not change. */
static void add_period(struct maker *m, struct span period, int64_t offset)
{
	const struct span wall = {period.from + offset, period.to + offset};
	size_t low = 0, high = m->hours.n;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (m->hours.rows[mid].to <= wall.from)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < m->hours.n && m->hours.rows[low].from < wall.to; low++)
		spans_add(&m->work, greatest(m->hours.rows[low].from, wall.from) - offset,
		          least(m->hours.rows[low].to, wall.to) - offset);
}

static void make_work(struct maker *m)
{
	const struct time_zone *zone = &m->zone;
	struct spans all;
	size_t at = 0;

	for (size_t i = 0; i < zone->n; i++) {
		const int64_t end = i + 1 < zone->n ? zone->periods[i + 1].at : INT64_MAX;
		const struct span period = {greatest(zone->periods[i].at, first_second()),
		                            least(end, last_second())};

		if (period.from < period.to)
			add_period(m, period, zone->periods[i].offset);
	}
	spans_merge(&m->work);
	all = m->work;
	m->work = (struct spans){0};
	for (size_t i = 0; i < all.n; i++)
		add_less(&m->work, all.rows[i], &m->utc_holidays, &at);
	spans_done(&all);
}

static struct work_calendar *calendar_of(const struct spans *work, struct arena *a)
{
	struct work_calendar *c = arena_alloc(a, sizeof(*c) + work->n * sizeof(*c->spans));

	c->from = first_second() * USEC_PER_SEC;
	c->to = last_second() * USEC_PER_SEC;
	c->n = work->n;
	for (size_t i = 0; i < work->n; i++) {
		c->spans[i] = (struct work_span){work->rows[i].from * USEC_PER_SEC,
		                                 work->rows[i].to * USEC_PER_SEC, c->total};
		c->total += c->spans[i].to - c->spans[i].from;
	}
	return c;
}

static int make(struct maker *m, struct arena *a, struct work_calendar **out,
                struct error *err)
{
	int rc;

	if ((rc = time_zone_load(m->spec->zone, CALENDAR_LAST_YEAR + 1, a, &m->zone, err)) <
	            0 ||
	    (rc = calendar_holidays(m->spec->holidays, &m->wall_holidays, &m->utc_holidays,
	                            err)) < 0)
		return rc;
	make_hours(m);
	make_work(m);
	if (!m->work.n)
		return error_set(err, ERR_INVALID, "no working time");
	*out = calendar_of(&m->work, a);
	return 0;
}

int work_calendar_new(const struct calendar_spec *spec, struct arena *a,
                      struct work_calendar **out, struct error *err)
{
	struct maker m = {.spec = spec};
	int rc = make(&m, a, out, err);

	maker_done(&m);
	return rc < 0 ? error_wrap(err, "calendar %.60s", spec->name) : 0;
}

/* --- hours as text --- */

static const char *const day_names[WEEK_DAYS] = {"mon", "tue", "wed", "thu",
                                                 "fri", "sat", "sun"};

const char *calendar_day_name(int day)
{
	return day_names[day];
}

static int fault(struct error *err, const char *what, int size)
{
	return error_set(err, ERR_INVALID,
	                 "bad hours \"%.*s\"; wants for instance \"mon-fri 09:00-12:00,"
	                 "13:00-17:00; sat 10:00-14:00\"",
	                 size < 60 ? size : 60, what);
}

static int read_day(const char **at)
{
	for (int i = 0; i < WEEK_DAYS; i++)
		if (strncmp(*at, day_names[i], 3) == 0) {
			*at += 3;
			return i;
		}
	return -1;
}

/* "09:30" */
static bool read_minute(const char **at, int *out)
{
	static const char form[] = "00:00";
	const char *p = *at;

	for (int i = 0; form[i]; i++)
		if (form[i] == ':' ? p[i] != ':' : !isdigit((unsigned char)p[i]))
			return false;
	const int minute = (p[3] - '0') * 10 + p[4] - '0';

	*out = ((p[0] - '0') * 10 + p[1] - '0') * 60 + minute;
	*at += 5;
	return minute < 60 && *out <= DAY_MINUTES;
}

/* Sorted in; false: it is empty, or meets another, or there are too many. */
static bool add_interval(struct day_hours *day, int from, int to)
{
	int i = day->n;

	if (from >= to || day->n == DAY_INTERVALS_MAX)
		return false;
	for (; i > 0 && day->intervals[i - 1].from >= from; i--)
		day->intervals[i] = day->intervals[i - 1];
	day->intervals[i] = (struct day_interval){(int16_t)from, (int16_t)to};
	day->n++;
	return (i == 0 || day->intervals[i - 1].to <= from) &&
	       (i + 1 == day->n || day->intervals[i + 1].from >= to);
}

/* "09:00-12:00,13:00-17:00" for days first to last. */
static bool read_intervals(const char **at, struct day_hours *days, int first, int last)
{
	for (;;) {
		int from, to;

		while (**at == ' ')
			(*at)++;
		if (!read_minute(at, &from) || *(*at)++ != '-' || !read_minute(at, &to))
			return false;
		for (int day = first;; day = (day + 1) % WEEK_DAYS) {
			if (!add_interval(&days[day], from, to))
				return false;
			if (day == last)
				break;
		}
		if (**at != ',')
			return true;
		(*at)++;
	}
}

int calendar_hours_parse(const char *text, struct day_hours days[WEEK_DAYS],
                         struct error *err)
{
	const char *at = text;

	memset(days, 0, WEEK_DAYS * sizeof(*days));
	for (;;) {
		while (*at == ' ')
			at++;
		const char *part = at;
		const int first = read_day(&at);
		int last = first;

		if (first >= 0 && *at == '-') {
			at++;
			last = read_day(&at);
		}
		if (first < 0 || last < 0 || *at != ' ' ||
		    !read_intervals(&at, days, first, last))
			return fault(err, part, (int)strcspn(part, ";"));
		while (*at == ' ')
			at++;
		if (!*at)
			return 0;
		if (*at++ != ';')
			return fault(err, part, (int)strcspn(part, ";"));
	}
}

const char *calendar_hours_text(const struct day_hours days[WEEK_DAYS], struct arena *a)
{
	const char *out = "";

	for (int first = 0, last; first < WEEK_DAYS; first = last + 1) {
		last = first;
		while (last + 1 < WEEK_DAYS &&
		       memcmp(&days[first], &days[last + 1], sizeof(*days)) == 0)
			last++;
		if (!days[first].n)
			continue;
		out = arena_printf(a, "%s%s%s%s%s", out, *out ? "; " : "", day_names[first],
		                   last > first ? "-" : "",
		                   last > first ? day_names[last] : "");
		for (int i = 0; i < days[first].n; i++) {
			const struct day_interval *d = &days[first].intervals[i];

			out = arena_printf(a, "%s%s%02d:%02d-%02d:%02d", out, i ? "," : " ",
			                   d->from / 60, d->from % 60, d->to / 60,
			                   d->to % 60);
		}
	}
	return out;
}

/* --- questions --- */

/* Working time from the start of the calendar; negative before. */
static int64_t work_until(const struct work_calendar *c, timestamp t)
{
	size_t low = 0, high = c->n;

	if (t <= c->from)
		return t - c->from;
	if (t >= c->to)
		return c->total + (t - c->to);
	while (low < high) { /* the first that ends after t */
		const size_t mid = (low + high) / 2;

		if (c->spans[mid].to <= t)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == c->n)
		return c->total;
	const struct work_span *s = &c->spans[low];

	return s->before + (t > s->from ? t - s->from : 0);
}

int64_t work_calendar_between(const struct work_calendar *c, timestamp from, timestamp to)
{
	return c ? work_until(c, to) - work_until(c, from) : to - from;
}

timestamp work_calendar_add(const struct work_calendar *c, timestamp from, int64_t working)
{
	if (!c || working == 0)
		return from + working;

	const int64_t wanted = work_until(c, from) + working;
	size_t low = 0, high = c->n;

	if (wanted <= 0)
		return c->from + wanted;
	if (wanted > c->total)
		return c->to + (wanted - c->total);
	while (low + 1 < high) { /* the last with less before it */
		const size_t mid = (low + high) / 2;

		if (c->spans[mid].before < wanted)
			low = mid;
		else
			high = mid;
	}
	return c->spans[low].from + (wanted - c->spans[low].before);
}
