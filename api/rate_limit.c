/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GCRA in shared memory.  A cell that is looked for is in one of a few places from
 * its key on; when all are taken, the one whose budget has been whole the longest is
 * given away, which costs its holder nothing.
 */
#include "rate_limit.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define N_CELLS  16384 /* a power of two */
#define N_PROBES 8

struct cell {
	_Atomic uint64_t key;
	_Atomic int64_t whole_at; /* microseconds */
};

struct rate_limit {
	struct cell cells[N_CELLS];
};

struct rate_limit *rate_limit_new(void)
{
	void *memory = mmap(NULL, sizeof(struct rate_limit), PROT_READ | PROT_WRITE,
	                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		fprintf(stderr, "isobar-api: no shared memory: %s\n", strerror(errno));
		abort();
	}
	return memory;
}

void rate_limit_free(struct rate_limit *limit)
{
	if (limit)
		munmap(limit, sizeof(*limit));
}

/* Two processes may give one key two cells for a moment: it then has two budgets. */
static struct cell *cell_of(struct rate_limit *limit, uint64_t key)
{
	struct cell *oldest = NULL;

	for (unsigned int i = 0; i < N_PROBES; i++) {
		struct cell *c = &limit->cells[(key + i) % N_CELLS];
		uint64_t holder = atomic_load(&c->key);

		if (holder == 0 && atomic_compare_exchange_strong(&c->key, &holder, key))
			return c;
		if (holder == key)
			return c;
		if (!oldest || atomic_load(&c->whole_at) < atomic_load(&oldest->whole_at))
			oldest = c;
	}
	atomic_store(&oldest->whole_at, 0);
	atomic_store(&oldest->key, key);
	return oldest;
}

static unsigned int seconds_up(int64_t usec)
{
	return usec <= 0 ? 0 : (unsigned int)((usec + 999999) / 1000000);
}

static int64_t window_of(const struct rate_budget *budget)
{
	return (int64_t)budget->seconds * 1000000;
}

/* What one request takes of the window: at least the smallest time there is. */
static int64_t interval_of(const struct rate_budget *budget)
{
	const int64_t interval = window_of(budget) / budget->requests;

	return interval > 0 ? interval : 1;
}

bool rate_budget_is_kept(const struct rate_budget *budget)
{
	return budget->requests <= window_of(budget);
}

/* What is left when the budget is whole again at whole_at. */
static struct rate_answer answer_of(const struct rate_budget *budget, int64_t whole_at,
                                    int64_t now, bool ok)
{
	const int64_t window = window_of(budget);
	const int64_t interval = interval_of(budget);
	const int64_t left = now + window - (whole_at > now ? whole_at : now);

	return (struct rate_answer){
	        .ok = ok,
	        .remaining = (unsigned int)(left / interval),
	        .reset_s = seconds_up(whole_at - now),
	        .retry_after = ok ? 0 : seconds_up(interval - left),
	};
}

struct rate_answer rate_limit_look(struct rate_limit *limit,
                                   const struct rate_budget *budget, uint64_t key,
                                   int64_t now)
{
	const int64_t window = window_of(budget);
	struct cell *c;
	int64_t whole_at;

	if (budget->requests == 0)
		return (struct rate_answer){.ok = true};
	c = cell_of(limit, key);
	whole_at = atomic_load(&c->whole_at);
	return answer_of(budget, whole_at, now,
	                 whole_at + interval_of(budget) <= now + window);
}

struct rate_answer rate_limit_take(struct rate_limit *limit,
                                   const struct rate_budget *budget, uint64_t key,
                                   int64_t now)
{
	const int64_t window = window_of(budget);
	struct cell *c;
	int64_t before, after;

	if (budget->requests == 0)
		return (struct rate_answer){.ok = true};
	c = cell_of(limit, key);
	before = atomic_load(&c->whole_at);
	do {
		after = (before > now ? before : now) + interval_of(budget);
		if (after > now + window)
			return answer_of(budget, before, now, false);
	} while (!atomic_compare_exchange_weak(&c->whole_at, &before, after));
	return answer_of(budget, after, now, true);
}
