#ifndef ISOBAR_TIMESTAMP_H
#define ISOBAR_TIMESTAMP_H

#include <stdint.h>

#include "base/error.h"

/* Microseconds since 1970-01-01T00:00:00Z.  The one time type of the project. */
typedef int64_t timestamp;

#define TIMESTAMP_NONE INT64_MIN
#define USEC_PER_SEC   INT64_C(1000000)
#define USEC_PER_HOUR  (3600 * USEC_PER_SEC)

/* "2026-01-02T03:04:05.123456Z" and its NUL. */
#define TIMESTAMP_TEXT_MAX 32

timestamp timestamp_now(void);

/* RFC 3339, with offset or Z, in the years 1 to 9999 of UTC; ERR_INVALID otherwise. */
int timestamp_parse(const char *text, timestamp *out, struct error *err) MUST_CHECK;

/*
 * What providers write: RFC 3339 with 0 to 9 fractional digits (cut to micro-
 * seconds), a blank for the T, an offset with or without colon, no zone (taken
 * as UTC), a bare date, or digits: epoch seconds, or milliseconds above 1e11.
 * Years 1970 to 2200.  ERR_INVALID otherwise.
 */
int timestamp_parse_loose(const char *text, timestamp *out, struct error *err) MUST_CHECK;

/* Epoch seconds or, above 1e11, milliseconds; TIMESTAMP_NONE outside 1970..2200. */
timestamp timestamp_of_epoch(int64_t value);

/* RFC 3339 in UTC, fraction only when there is one. TIMESTAMP_NONE gives "". */
const char *timestamp_format(timestamp t, char buf[TIMESTAMP_TEXT_MAX]);

#endif
