/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SELF_CHECK_SCHEDULE_H
#define ISOBAR_SELF_CHECK_SCHEDULE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/timestamp.h"

/* When: at a time of the day in UTC, or so long after the one before. */
struct self_check_schedule {
	bool daily;
	int64_t at;    /* daily: microseconds into the day */
	int64_t every; /* else: microseconds; 0: never */
};

/* "02:30", "12h" (s, m, h, d), "off".  ERR_INVALID: something else. */
int self_check_read_schedule(const char *text, struct self_check_schedule *out,
                             struct error *err) MUST_CHECK;

/*
 * Pure: when the next one is due, TIMESTAMP_NONE for never.  last: when one ended before,
 * TIMESTAMP_NONE for never or when it failed.  A daily one that was missed (nothing ran
 * then) is made up for soon.
 */
timestamp self_check_due(const struct self_check_schedule *s, timestamp last,
                         timestamp now);

#endif
