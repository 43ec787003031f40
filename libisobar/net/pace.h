/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PACE_H
#define ISOBAR_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/timestamp.h"

/* When to ask, and when to ask again: pure; time and randomness are arguments. */

/* A token bucket in whole numbers: a request costs period / rate microseconds of it. */
struct pace {
	int64_t cost; /* microseconds of refill a request */
	int64_t most; /* credit that can be saved: burst * cost */
	int64_t credit;
	timestamp at;      /* of credit */
	timestamp blocked; /* the source said: not before; TIMESTAMP_NONE */
};

/* rate requests a period (microseconds), burst at once; both at least 1.  Full at now. */
struct pace pace_new(unsigned int rate, int64_t period, unsigned int burst, timestamp now);

/* When the next request may go, now at the earliest. */
timestamp pace_next(const struct pace *p, timestamp now);
/* It goes, at a time that pace_next() allows. */
void pace_take(struct pace *p, timestamp now);
/* The source says that so many are left until then: the bucket holds no more than that. */
void pace_limit(struct pace *p, int64_t remaining, timestamp resets_at, timestamp now);
/* Not before then (Retry-After). */
void pace_block(struct pace *p, timestamp until);

/*
 * Full jitter: a random wait in [0, min(cap, base * 2^attempt)], in microseconds.
 * attempt counts from 0; random is any 64 bits.
 * Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
int64_t backoff_wait(unsigned int attempt, int64_t base, int64_t cap, uint64_t random);

#endif
