/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CALENDAR_PRIVATE_H
#define ISOBAR_CALENDAR_PRIVATE_H

#include <stddef.h>

#include "base/time_zone.h"
#include "model/calendar.h"

/* What is computed ahead: [first, last] in years. */
enum {
	CALENDAR_FIRST_YEAR = 2015,
	CALENDAR_LAST_YEAR = 2060
};

/* [from, to) in seconds since 1970. */
struct span {
	int64_t from, to;
};

struct spans {
	struct span *rows;
	size_t n, room;
};

void spans_add(struct spans *s, int64_t from, int64_t to);
void spans_merge(struct spans *s); /* ascending and apart */
void spans_done(struct spans *s);

/*
 * The holidays of an iCalendar text that lie in the years above: what stands in the wall
 * clock's time, and what in UTC.  Errors name the event.
 */
int calendar_holidays(const char *text, struct spans *wall, struct spans *utc,
                      struct error *err) MUST_CHECK;

#endif
