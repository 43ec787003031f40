/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_COVERAGE_STORE_H
#define ISOBAR_COVERAGE_STORE_H

#include "base/strbuf.h"
#include "model/collection.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * What collection sees and what it does not: sources, their scopes, blind spots, runs
 * and their parts.  In halves, for callers on an event loop; pg is open for
 * PG_GROUP_READ.  The _put functions write an object of a row, the same in every
 * interface.
 */

/*
 * STMT_COVERAGE_SOURCES.  Behind the one of this name and connector, or those of a name
 * alone; NULL: any.
 */
struct source_filter {
	const char *after_name, *after_connector;
	const char *name, *connector;
	int limit;
};

void coverage_sources_bind(const struct org *org, const struct source_filter *f,
                           timestamp now, struct pg_params *p);
/* Members of an open object. */
void coverage_source_put(struct strbuf *b, const PGresult *result, int row);

/* STMT_COVERAGE_SCOPES; state -1: any; after NULL: from the start. */
void coverage_scopes_bind(const struct org *org, int64_t source_id, int state,
                          const char *after, int limit, struct pg_params *p);
void coverage_scope_put(struct strbuf *b, const PGresult *result, int row);

/* Where a page of blind spots ended; since TIMESTAMP_NONE: nowhere yet. */
struct blind_place {
	timestamp since;
	int64_t source_id, scope_id;
};

/* STMT_COVERAGE_BLIND; source NULL and state -1: any. */
void coverage_blind_bind(const struct org *org, const char *source, int state,
                         const struct blind_place *after, int limit, timestamp now,
                         struct pg_params *p);
struct blind_place coverage_blind_place(const PGresult *result, int row);
void coverage_blind_put(struct strbuf *b, const PGresult *result, int row);

/* STMT_COVERAGE_RUNS; 0, NULL and -1: any. */
struct run_filter {
	int64_t before; /* runs that began before this one */
	int64_t run_id; /* this one alone */
	const char *source;
	int state;
	int limit;
};

void coverage_runs_bind(const struct org *org, const struct run_filter *f,
                        struct pg_params *p);
/* Members of an open object. */
void coverage_run_put(struct strbuf *b, const PGresult *result, int row);

/* STMT_COVERAGE_PARTS; after -1: from the start; state -1: any. */
void coverage_parts_bind(const struct org *org, int64_t run_id, int after, int state,
                         int limit, struct pg_params *p);
void coverage_part_put(struct strbuf *b, const PGresult *result, int row);

#endif
