/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_POOL_CALLS_H
#define ISOBAR_POOL_CALLS_H

#include "base/strbuf.h"
#include "store/pg.h"

/*
 * What the tests of the pool share: a statement table of their own, which stands in
 * for the generated one, an event loop, and queries that note what their callback
 * saw.  One test at a time.
 */
enum {
	DOUBLE,    /* n = 2 * value, t = "copied" */
	SLOW,      /* takes value ms; n = backend's pid */
	DIVIDE,    /* n = 100 / value */
	INSERT,    /* value into counted; a second time fails at commit */
	DRIFTED,   /* can't be prepared; PG_GROUP_SCORER */
	STAGED,    /* PG_GROUP_INGEST */
	STAGING,   /* what STAGED reads */
	READ_ONLY, /* fails as on a standby */
	BIG,       /* value bytes of text in t, n = value */
	FORGET,    /* makes the session forget its prepared statements */
	RETYPE,    /* gives table retyped another type */
	RETYPED    /* n = its first column */
};

#define STMT(n) ((enum statement)(n))

struct call {
	struct pg_query *query; /* NULL: done was called */
	int n_calls;
	int64_t n;
	struct strbuf text;
	enum error_code code; /* 0: a result came */
	struct error err;
	int place;                 /* among all callbacks of the test */
	struct pg_pool *free_pool; /* that the callback frees */
	struct call *abandons;     /* whose query the callback gives up */
	struct call *starts;       /* query that the callback begins, on starts_in */
	struct pg_pool *starts_in;
};

extern struct event_base *pool_base;
extern int n_calls; /* callbacks of this test, so far */

void pool_calls_begin(void); /* of each test; makes the loop */
void pool_calls_end(void);
void pool_calls_tables(void); /* what the statements need, once a database */

/* Of the fixture's database, if conninfo is NULL; "isobar-pool" by name. */
struct pg_pool *make_pool(const char *conninfo, unsigned int groups, unsigned int n);

void run(struct pg_pool *in, struct call *call, int stmt, int64_t value,
         unsigned int timeout_ms);
void run_call(struct pg_pool *in, struct call *call, const struct pg_call *what);

/* Turns the loop until n callbacks came in all (0: for all of ms); true: they came. */
bool wait_for_calls(int n, int ms);
/* Turns the loop until so many connections are up, 5 s at most. */
void wait_for_up(const struct pg_pool *pool, unsigned int n);

/* Ends the sessions of pools from outside and waits until they are gone. */
void end_sessions(struct pg *pg);

#endif
