/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RUN_STORE_H
#define ISOBAR_RUN_STORE_H

#include "base/arena.h"
#include "base/timestamp.h"
#include "model/org.h"
#include "store/ingest.h"
#include "store/pg.h"
#include "store/proof.h"

/*
 * Live runs: leases, parts and their cursors (docs/collecting.md).  For one connection of
 * PG_GROUP_COLLECT | PG_GROUP_INGEST: a lease belongs to the connection that took it and
 * ends with it, so a collector that was killed holds nobody up.  What moves a run on
 * returns ERR_CONFLICT when the lease has gone to somebody else.
 */

/* A configured source that this connection has leased; texts in the arena given. */
struct run_source {
	struct org org;
	int64_t source_id;
	const char *name, *connector;
	int misses;         /* 0: not set */
	int64_t interval;   /* microseconds; 0: on demand */
	timestamp since;    /* when its last run that was done began; TIMESTAMP_NONE */
	timestamp taken_at; /* what is asked for later is due again when the run ends */
};

/* Any source that is due, or the one named; *found false: there is none, or it is leased. */
int run_lease_take(struct pg *pg, const char *holder, timestamp now, int64_t lease,
                   const struct org *org, const char *name, struct arena *a,
                   struct run_source *out, bool *found, struct error *err) MUST_CHECK;
/* All leases of the connection last that much longer. */
int run_lease_keep(struct pg *pg, timestamp until, struct error *err) MUST_CHECK;
int run_lease_end(struct pg *pg, const struct run_source *s, struct error *err) MUST_CHECK;

/* The source's run that has not ended, or a new one with its plan. */
struct run_place {
	int64_t run_id;
	timestamp started_at;
	bool resumed;
};
int run_open(struct pg *pg, const struct run_source *s, const char *holder,
             const char *build, timestamp now, struct run_place *out,
             struct error *err) MUST_CHECK;

struct run_part {
	int part_no;
	const char *name, *kind, *data, *title;
	const char *const *scopes;
	size_t n_scopes;
	enum part_state state;
	const char *cursor;  /* NULL: the first page */
	const char *partial; /* why it will not be whole; "" */
	int64_t n_pages;
};

/* The next parts behind part_no that have not ended. */
int run_parts(struct pg *pg, const struct run_source *s, int64_t run_id, int part_no,
              int limit, struct arena *a, struct run_part **out, size_t *n_out,
              struct error *err) MUST_CHECK;

/* Parts that the plan found; within the page that ingest_begin_page() opened. */
int run_add_parts(struct pg *pg, const struct run_source *s, int64_t run_id, timestamp now,
                  const struct run_part *parts, size_t n, struct error *err) MUST_CHECK;

/* A page as it is stored; within the page that ingest_begin_page() opened. */
struct run_progress {
	int64_t run_id;
	int part_no;
	const char *cursor; /* of the next page; NULL: it was the last */
	int64_t n_records, n_seen;
	const char *title;   /* "" */
	const char *format;  /* "" */
	const char *partial; /* why the part will not be whole; "" */
	struct ingest_counts counts;
};
int run_advance(struct pg *pg, const struct run_source *s, const struct run_progress *p,
                timestamp now, timestamp lease_until, struct error *err) MUST_CHECK;

int run_restart_part(struct pg *pg, const struct run_source *s, int64_t run_id, int part_no,
                     timestamp now, struct error *err) MUST_CHECK;

/*
 * A transaction of its own: a part has ended.  PART_COMPLETE: what it listed proves its
 * scopes; another state: they are known to be seen in part, or not at all.
 */
struct run_part_end {
	int64_t run_id;
	const struct run_part *part;
	enum part_state state;
	const char *reason; /* "" of PART_COMPLETE */
	timestamp now;
};
int run_end_part(struct pg *pg, const struct run_source *s, const struct run_part_end *end,
                 struct proof_result *out, struct error *err) MUST_CHECK;

/* All parts have ended: scopes that are gone from a complete plan are lost, the lease
 * ends. */
struct run_result {
	enum run_state state;
	int64_t n_parts, n_complete, n_findings, n_new, n_changed, n_closed;
};
int run_end(struct pg *pg, const struct run_source *s, int64_t run_id, const char *error,
            timestamp now, struct run_result *out, struct error *err) MUST_CHECK;

#endif
