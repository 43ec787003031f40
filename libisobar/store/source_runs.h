/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SOURCE_RUNS_H
#define ISOBAR_SOURCE_RUNS_H

#include "model/collection.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * What is known of live sources: their runs, and their scopes.  Texts live in the
 * caller's arena.  pg is open for PG_GROUP_SOURCE.
 */

struct source_run {
	int64_t run_id;
	enum run_state state;
	timestamp started_at, finished_at;
	int64_t n_parts, n_complete; /* parts, and the complete ones among them */
	int64_t n_records, n_findings, n_new, n_changed, n_closed;
	const char *error; /* "": none */
};

/* Of a row with the columns of isobar.run; run_id 0 when they are null. */
struct source_run source_run_read(const PGresult *result, int row, struct arena *a);

/* Newest first. */
int source_run_list(struct pg *pg, const struct org *org, int64_t source_id, int limit,
                    struct arena *a, struct source_run **out, size_t *n_out,
                    struct error *err) MUST_CHECK;

/* --- asking for a run --- */

struct source_asked {
	int64_t last_id;    /* the last run before; 0: none */
	int64_t running_id; /* one that is under way; 0: none */
};

/* Due now, and the collectors are woken.  ERR_CONFLICT: it is paused. */
int source_ask(struct pg *pg, const struct org *org, int64_t source_id, timestamp now,
               struct source_asked *out, struct error *err) MUST_CHECK;

struct source_progress {
	struct source_run run; /* run_id 0: it has not begun; n_records as stored so far */
	int64_t n_ended;       /* parts that have ended, one way or the other */
	bool is_held;          /* a collector works on the source */
};

/* The first run behind after_id. */
int source_progress(struct pg *pg, const struct org *org, int64_t source_id,
                    int64_t after_id, struct arena *a, struct source_progress *out,
                    struct error *err) MUST_CHECK;

/* --- scopes --- */

/*
 * Of a source and all that it brings: its own listings and the findings of several
 * connectors may know one scope, of which the worst state counts.
 */
struct source_scope {
	const char *source;
	const char *scope, *title; /* title "": not known */
	enum scope_state state;
	const char *reason;
	timestamp met_at, complete_at;
	int64_t n_live, n_absent; /* at its last proof */
};

/* Findings there may have been closed or opened, and nobody would know. */
bool source_scope_is_blind(const struct source_scope *s, timestamp now);
/* Since when it is not known: its last proof, or when it was first met. */
timestamp source_scope_known_at(const struct source_scope *s);

struct source_scope_filter {
	const char *source; /* NULL: all */
	bool blind;         /* only those, at now */
	timestamp now;
};

/* The next by source and scope, behind after (NULL: from the first); n 0 is the end. */
int source_scope_next(struct pg *pg, const struct org *org,
                      const struct source_scope_filter *filter,
                      const struct source_scope *after, struct arena *a,
                      struct source_scope **out, size_t *n_out,
                      struct error *err) MUST_CHECK;

#endif
