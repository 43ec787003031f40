/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token bucket whose tokens are microseconds: a request costs what it takes to refill
 * one, rounded up, so that the rate is never exceeded.  A clock that steps back adds no
 * credit and takes none.
 */
#include "net/pace.h"

#include <assert.h>

/* Far from overflow, also when it is added to a time. */
#define CREDIT_MOST (INT64_MAX / 4)

static int64_t credit_of(int64_t cost, int64_t requests)
{
	int64_t credit;

	if (__builtin_mul_overflow(cost, requests, &credit) || credit > CREDIT_MOST)
		return CREDIT_MOST;
	return credit;
}

/* The credit there is now. */
static int64_t credit_at(const struct pace *p, timestamp now)
{
	const int64_t refill = now > p->at ? now - p->at : 0;

	return refill < p->most - p->credit ? p->credit + refill : p->most;
}

struct pace pace_new(unsigned int rate, int64_t period, unsigned int burst, timestamp now)
{
	struct pace p = {.at = now, .blocked = TIMESTAMP_NONE};

	assert(rate >= 1 && period >= 1 && period <= CREDIT_MOST && burst >= 1);
	p.cost = period / rate + (period % rate != 0);
	p.most = credit_of(p.cost, burst);
	p.credit = p.most;
	return p;
}

timestamp pace_next(const struct pace *p, timestamp now)
{
	const int64_t credit = credit_at(p, now);
	const timestamp next = credit < p->cost ? now + (p->cost - credit) : now;

	return p->blocked > next ? p->blocked : next;
}

void pace_take(struct pace *p, timestamp now)
{
	assert(pace_next(p, now) <= now);
	p->credit = credit_at(p, now) - p->cost;
	p->at = now;
}

void pace_limit(struct pace *p, int64_t remaining, timestamp resets_at, timestamp now)
{
	const int64_t credit = credit_at(p, now);
	const int64_t left = remaining > 0 ? credit_of(p->cost, remaining) : 0;

	if (left == 0)
		pace_block(p, resets_at);
	if (left >= credit)
		return;
	p->credit = left;
	p->at = now;
}

void pace_block(struct pace *p, timestamp until)
{
	if (until > p->blocked)
		p->blocked = until;
}

int64_t backoff_wait(unsigned int attempt, int64_t base, int64_t cap, uint64_t random)
{
	int64_t most = base;

	assert(base >= 0 && cap >= 0);
	for (; attempt > 0 && most > 0 && most < cap; attempt--)
		most = most > cap / 2 ? cap : 2 * most;
	if (most > cap)
		most = cap;
	return (int64_t)(random % ((uint64_t)most + 1));
}
