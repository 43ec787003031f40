/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the queries of the pool's tests and notes what came of them.  The contract of
 * the callback is checked here, for every query of every test.
 */
#include "support/pool_calls.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/pg_fixture.h"

_Static_assert((int)N_STATEMENTS > (int)RETYPED && (int)STMT_ORG_SET > (int)RETYPED,
               "no room for the statements of the tests");

const struct statement_text statement_table[N_STATEMENTS] = {
        [DOUBLE] = {"double", PG_GROUP_READ, "select $1::bigint * 2 as n, $2::text as t"},
        [SLOW] = {"slow", PG_GROUP_READ,
                  "select pg_sleep($1::float8 / 1000), pg_backend_pid() as n"},
        [DIVIDE] = {"divide", PG_GROUP_READ, "select 100 / $1::int as n"},
        [INSERT] = {"insert", PG_GROUP_READ, "insert into counted (n) values ($1::int)"},
        [DRIFTED] = {"drifted", PG_GROUP_SCORER, "select no_such_column from pg_class"},
        [STAGED] = {"staged", PG_GROUP_INGEST, "select count(*) as n from staging"},
        [STAGING] = {"staging", PG_GROUP_SESSION_INGEST,
                     "create temporary table staging (n int)"},
        [READ_ONLY] = {"read_only", PG_GROUP_READ,
                       "select set_config('transaction_read_only', 'on', true), "
                       "nextval('counter'), $1::int"},
        [BIG] = {"big", PG_GROUP_READ, "select repeat('x', $1::int) as t, $1::int as n"},
        [FORGET] = {"forget", PG_GROUP_READ, "deallocate all"},
        [RETYPE] = {"retype", PG_GROUP_READ, "alter table retyped alter n type bigint"},
        [RETYPED] = {"retyped", PG_GROUP_READ, "select n from retyped"},
        [STMT_ORG_SET] = {"org_set", PG_GROUP_EVENTED,
                          "select set_config('app.org_id', $1, true)"},
        [STMT_PING] = {"ping", PG_GROUP_EVENTED, "select 1 as n"},
};

struct event_base *pool_base;
int n_calls;

static bool inside; /* pg_pool_run() */
static int n_waited_for;

void pool_calls_begin(void)
{
	n_calls = 0;
	pool_base = event_base_new();
}

void pool_calls_end(void)
{
	event_base_free(pool_base);
}

void pool_calls_tables(void)
{
	struct pg *pg = pg_fixture_open(NULL, 0);

	pg_fixture_exec(pg, "create sequence counter");
	pg_fixture_exec(pg, "create table counted (n int, "
	                    "constraint counted_unique unique (n) deferrable initially "
	                    "deferred)");
	pg_fixture_exec(pg, "create table retyped (n int); insert into retyped values (3)");
	pg_close(pg);
}

struct pg_pool *make_pool(const char *conninfo, unsigned int groups, unsigned int n)
{
	const struct pg_options options = {
	        .conninfo = conninfo != NULL ? conninfo : pg_fixture_conninfo(),
	        .program = "isobar-pool",
	        .groups = groups,
	        .seed = 7};

	return pg_pool_new(pool_base, &options, n);
}

static void on_done(const PGresult *result, const struct error *err, void *ctx)
{
	struct call *call = ctx;

	assert_false(inside);
	assert_true((result == NULL) != (err == NULL));
	call->n_calls++;
	call->query = NULL;
	call->place = n_calls++;
	call->code = 0;
	if (result != NULL && PQfnumber(result, "n") >= 0 && PQfformat(result, 0) == 0)
		call->n = pg_get_int(result, 0, "n");
	if (result != NULL && PQfnumber(result, "t") >= 0)
		strbuf_puts(&call->text, pg_get_text(result, 0, "t"));
	if (err != NULL) {
		call->code = err->code;
		call->err = *err;
	}
	if (call->abandons != NULL)
		pg_query_abandon(call->abandons->query);
	if (call->starts != NULL)
		run(call->starts_in, call->starts, DOUBLE, 1, 0);
	if (call->free_pool != NULL)
		pg_pool_free(call->free_pool);
	if (n_waited_for > 0 && n_calls >= n_waited_for)
		event_base_loopbreak(pool_base);
}

void run_call(struct pg_pool *in, struct call *call, const struct pg_call *what)
{
	inside = true;
	call->query = pg_pool_run(in, what, on_done, call);
	inside = false;
	assert_non_null(call->query);
}

void run(struct pg_pool *in, struct call *call, int stmt, int64_t value,
         unsigned int timeout_ms)
{
	struct arena *arena = arena_new(256);
	struct pg_params p = {.arena = arena};

	if (stmt != STAGED && stmt < FORGET)
		pg_bind_int(&p, value);
	if (stmt == DOUBLE)
		pg_bind_text(&p, arena_strdup(arena, "copied"));
	run_call(in, call,
	         &(struct pg_call){
	                 .stmt = STMT(stmt), .params = &p, .timeout_ms = timeout_ms});
	arena_free(arena); /* the pool has its own copy */
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	*(bool *)ctx = true;
	event_base_loopbreak(pool_base);
}

bool wait_for_calls(int n, int ms)
{
	struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = (long)(ms % 1000) * 1000};
	bool late = false;
	struct event *deadline = event_new(pool_base, -1, 0, on_deadline, &late);

	event_add(deadline, &limit);
	n_waited_for = n;
	while (!late && (n == 0 || n_calls < n))
		event_base_loop(pool_base, EVLOOP_ONCE);
	n_waited_for = 0;
	event_free(deadline);
	return !late;
}

void wait_for_up(const struct pg_pool *pool, unsigned int n)
{
	for (int i = 0; i < 500 && pg_pool_stats(pool).n_up < n; i++)
		wait_for_calls(0, 10);
	assert_int_equal(pg_pool_stats(pool).n_up, n);
}

void end_sessions(struct pg *pg)
{
	pg_fixture_exec(
	        pg,
	        "do $$ begin perform pg_terminate_backend(pid, 5000) from pg_stat_activity "
	        "where application_name = 'isobar-pool' "
	        "and datname = current_database(); end $$");
}
