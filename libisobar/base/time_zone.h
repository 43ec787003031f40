/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TIME_ZONE_H
#define ISOBAR_TIME_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* From at on the wall clock is offset seconds ahead of UTC; until the next begins. */
struct zone_period {
	int64_t at; /* seconds since 1970; INT64_MIN of the first */
	int32_t offset;
};

/* Ascending; n >= 1. */
struct time_zone {
	struct zone_period *periods;
	size_t n;
};

/*
 * A zone of the system's database (TZif, RFC 8536) by its IANA name, its rules carried
 * on to the end of the given year.  ERR_INVALID: there is none of the name; ERR_INTERNAL:
 * its file is broken.  What it costs is a read of a small file.
 */
int time_zone_load(const char *name, int last_year, struct arena *a, struct time_zone *out,
                   struct error *err) MUST_CHECK;

/* Of a wall clock's seconds since 1970; the earlier instant where there are two. */
int64_t time_zone_to_utc(const struct time_zone *zone, int64_t wall);

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
int64_t days_of_date(int year, int month, int day);

#endif
