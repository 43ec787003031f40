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

/*
 * Working microseconds in [from, to); negative when to is earlier.  NULL: all hours
 * count.
 */
int64_t work_calendar_between(const struct work_calendar *c, timestamp from, timestamp to);

/* The first instant, from on, by which so much working time (>= 0) is used up. */
timestamp work_calendar_add(const struct work_calendar *c, timestamp from, int64_t working);

#endif
