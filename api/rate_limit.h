/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RATE_LIMIT_H
#define ISOBAR_RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How many requests a token may make, the same in all processes of one api: a table
 * of GCRA cells (ITU-T I.371: one time a cell) in memory that they share.  A cell
 * holds when the budget would be whole again; taking is one atomic exchange.  The
 * clock is an argument: microseconds that never run backwards.
 */
struct rate_limit;

struct rate_budget {
	unsigned int requests; /* q; 0: no limit */
	unsigned int seconds;  /* w */
};

#define RATE_REQUESTS_A_SECOND_MOST 1000000 /* the clock counts microseconds */

/* Can it be kept, or is it more a second than can be told apart?  No limit can. */
bool rate_budget_is_kept(const struct rate_budget *budget);

/* What an answer says of it (draft-ietf-httpapi-ratelimit-headers). */
struct rate_answer {
	bool ok;
	unsigned int remaining;   /* r: requests left now */
	unsigned int reset_s;     /* t: until the budget is whole */
	unsigned int retry_after; /* seconds; 0 when ok */
};

/* Maps shared memory: make it before the processes are forked. */
struct rate_limit *rate_limit_new(void);
void rate_limit_free(struct rate_limit *limit); /* NULL is fine */

/* key: any non-zero number that stands for who asks. */
struct rate_answer rate_limit_take(struct rate_limit *limit,
                                   const struct rate_budget *budget, uint64_t key,
                                   int64_t now);
/* The same without taking: is there anything left? */
struct rate_answer rate_limit_look(struct rate_limit *limit,
                                   const struct rate_budget *budget, uint64_t key,
                                   int64_t now);

#endif
