/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_METRICS_H
#define ISOBAR_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/*
 * Counters of all processes of one api, in memory that they share: whichever process
 * a scrape meets tells of all.  Each process writes its own part only.  Labels are
 * few and known: route, method, status, reason; never an org, a token or an address.
 */
#define METRICS_PROCESSES_MAX 64
#define METRICS_ROUTES_MAX    96
#define METRICS_CODES_MAX     32
#define METRICS_BUCKETS       12

enum metrics_method {
	METRICS_GET,
	METRICS_HEAD,
	METRICS_POST,
	METRICS_PUT,
	METRICS_PATCH,
	METRICS_DELETE,
	METRICS_OTHER
};

enum {
	N_METRICS_METHODS = METRICS_OTHER + 1
};

/* Gauges that a process sets from time to time, counters that it raises. */
struct metrics_values {
	uint64_t connections, accepted;
	uint64_t refused_head, refused_slow, refused_full; /* by the guard */
	uint64_t auth_failures, rate_limited;
	uint64_t pool_up, pool_in_use, pool_waiting;
	uint64_t index_risks, index_bytes, index_orgs;
	uint64_t unknown_types; /* what the process knows best counts, not the sum */
	/* The last self-checks of all orgs: of the one process that reads them.  check_last:
	 * seconds since 1970 of the one that is the longest ago; 0: not read yet. */
	uint64_t check_same, check_differ, check_not_alone, check_damaged, check_rewritten;
	uint64_t check_last;
	uint64_t resident_bytes, open_fds;
};

struct metrics;

struct metrics_names {
	const char *const *routes; /* patterns; METRICS_ROUTES_MAX at most */
	size_t n_routes;
	const char *version;
	double started_at; /* seconds since 1970 */
};

/* Maps the memory: before the processes are forked. */
struct metrics *metrics_new(const struct metrics_names *names);
void metrics_free(struct metrics *m);

/* Which part is this process's, 0 to METRICS_PROCESSES_MAX - 1. */
void metrics_own(struct metrics *m, unsigned int process);
struct metrics_values *metrics_values(struct metrics *m); /* of this process */

/* An answer; route n_routes: of no route. */
void metrics_answer(struct metrics *m, size_t route, enum metrics_method method, int status,
                    int64_t usec);

/* Prometheus text format 0.0.4. */
void metrics_put(const struct metrics *m, struct strbuf *out);

#endif
