/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CALENDAR_H
#define ISOBAR_CALENDAR_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/timestamp.h"

/*
 * Working time of an org: wall-clock hours by weekday in a time zone, less holidays.
 * Immutable once made; it lives in the arena that it was made in.
 */
struct work_calendar;

enum {
	WEEK_DAYS = 7,
	DAY_INTERVALS_MAX = 8,
	DAY_MINUTES = 24 * 60
};

/* Minutes of the wall clock, [from, to); to may be DAY_MINUTES. */
struct day_interval {
	int16_t from, to;
};

struct day_hours {
	struct day_interval intervals[DAY_INTERVALS_MAX]; /* ascending, apart */
	int n;
};

struct calendar_spec {
	const char *name, *zone;          /* IANA: "Europe/Berlin" */
	struct day_hours days[WEEK_DAYS]; /* Monday first */
	const char *holidays;             /* iCalendar; "" for none */
};

#define CALENDAR_HOLIDAYS_MAX (256u << 10) /* bytes */

/*
 * ERR_INVALID: "calendar NAME: no working time", or what is wrong with zone, hours or
 * holidays.  The years 2015 to 2060 are computed; before and after all hours count.
 */
int work_calendar_new(const struct calendar_spec *spec, struct arena *a,
                      struct work_calendar **out, struct error *err) MUST_CHECK;

/* "mon-fri 09:00-12:00,13:00-17:00; sat 10:00-14:00"; a day that is missing is free. */
int calendar_hours_parse(const char *text, struct day_hours days[WEEK_DAYS],
                         struct error *err) MUST_CHECK;
const char *calendar_hours_text(const struct day_hours days[WEEK_DAYS], struct arena *a);
const char *calendar_day_name(int day); /* "mon" */

/*
 * Working microseconds in [from, to); negative when to is earlier.  NULL: all hours
 * count.
 */
int64_t work_calendar_between(const struct work_calendar *c, timestamp from, timestamp to);

/* The first instant, from on, by which so much working time (>= 0) is used up. */
timestamp work_calendar_add(const struct work_calendar *c, timestamp from, int64_t working);

#endif
