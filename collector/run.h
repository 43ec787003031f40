/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RUN_H
#define ISOBAR_RUN_H

#include "net/http_client.h"
#include "store/run_store.h"

#include "connector.h"

struct event_base;
struct run;

/* What the runs of one process share. */
struct engine {
	struct event_base *base;
	struct http_client *http;
	struct pg *pg; /* one connection: its leases are this process's */
	const char *holder, *build;
	struct surroundings env;
	int64_t lease;      /* microseconds */
	int64_t retry_base; /* microseconds: the first wait before a request is repeated */
	unsigned int max_parts; /* of a run at once */
	uint64_t random;        /* state of the jitter; not 0 */
	timestamp now;          /* of all that is stored; TIMESTAMP_NONE: the clock */

	/* A run has ended, or given its lease up: err says why then (ERR_TRANSIENT: the
	 * database is gone).  The run is freed after it.  Called from the loop only. */
	void (*ended)(struct engine *engine, struct run *run, const struct error *err);
	void *ctx;
};

uint64_t engine_random(struct engine *e);
timestamp engine_now(const struct engine *e);

/*
 * Goes on with the source's open run, or begins one.  source was leased by e->pg; what
 * it and live point to lives in arena, which the run takes over, whatever it returns.
 * NULL: err says why.
 */
struct run *run_start(struct engine *e, const struct run_source *source,
                      const struct live_source *live, struct arena *arena,
                      struct error *err);
/* Ends it as failed, for a reason of its own: what is listed of it stays as it is. */
int run_fail(struct run *run, const struct error *why, struct error *err) MUST_CHECK;
const struct run_source *run_source_of(const struct run *run);
/* Stops at once: nothing is called any more; its lease ends with the connection's, or by
 * run_lease_end(). */
void run_free(struct run *run);

#endif
