/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of evented connections against a real server: the contract of its
 * callbacks, its queue, time-outs, lost connections.  The statements are the
 * test's own: its statement_table stands in for the generated one.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/pg.h"

#include "support/pg_fixture.h"

enum {
	DOUBLE,
	SLOW,
	ON_DEMAND,
	DRIFTED,
	STAGED,
	STAGING,
	READ_ONLY
};

#define STMT(n) ((enum statement)(n))

_Static_assert((int)N_STATEMENTS > (int)READ_ONLY,
               "no room for the statements of the test");

const struct statement_text statement_table[N_STATEMENTS] = {
        [DOUBLE] = {"double", PG_GROUP_READ, "select $1::bigint * 2 as n, $2::text as t"},
        [SLOW] = {"slow", PG_GROUP_READ,
                  "select pg_sleep($1::float8 / 1000), pg_backend_pid() as n"},
        [ON_DEMAND] = {"on_demand", PG_GROUP_ADMIN, "select count(*) as n from made_later"},
        [DRIFTED] = {"drifted", PG_GROUP_SCORER, "select no_such_column from pg_class"},
        [STAGED] = {"staged", PG_GROUP_INGEST, "select count(*) as n from staging"},
        [STAGING] = {"staging", PG_GROUP_SESSION_INGEST,
                     "create temporary table staging (n int)"},
        [READ_ONLY] = {"read_only", PG_GROUP_READ,
                       "select set_config('transaction_read_only', 'on', true), "
                       "nextval('counter')"},
};

/* What a query's callback saw. */
struct call {
	struct pg_query *query;
	int n_calls;
	int64_t n;
	struct strbuf text;
	enum error_code code; /* 0: a result came */
	struct error err;
	int place;
	struct pg_pool *free_pool; /* that the callback frees */
	struct call *abandons;     /* whose query the callback gives up */
	struct call *starts;       /* query that the callback begins */
};

static struct event_base *base;
static struct pg_pool *pool;
static bool inside; /* pg_pool_run() */
static int n_waited_for;
static int n_calls;

static void run(struct pg_pool *in, struct call *call, int stmt, int64_t value,
                unsigned int timeout_ms);

static void on_done(const PGresult *result, const struct error *err, void *ctx)
{
	struct call *call = ctx;

	assert_false(inside);
	assert_true((result == NULL) != (err == NULL));
	call->n_calls++;
	call->query = NULL;
	call->place = n_calls++;
	if (result != NULL) {
		call->n = PQfnumber(result, "n") >= 0 ? pg_get_int(result, 0, "n") : 0;
		if (PQfnumber(result, "t") >= 0)
			strbuf_puts(&call->text, pg_get_text(result, 0, "t"));
	} else {
		call->code = err->code;
		call->err = *err;
	}
	if (call->abandons != NULL)
		pg_query_abandon(call->abandons->query);
	if (call->starts != NULL)
		run(pool, call->starts, DOUBLE, 1, 0);
	if (call->free_pool != NULL)
		pg_pool_free(call->free_pool);
	if (n_waited_for > 0 && n_calls >= n_waited_for)
		event_base_loopbreak(base);
}

static void run(struct pg_pool *in, struct call *call, int stmt, int64_t value,
                unsigned int timeout_ms)
{
	struct arena *arena = arena_new(256);
	struct pg_params p = {.arena = arena};

	if (stmt == DOUBLE || stmt == SLOW)
		pg_bind_int(&p, value);
	if (stmt == DOUBLE)
		pg_bind_text(&p, arena_strdup(arena, "copied"));
	inside = true;
	call->query = pg_pool_run(in, STMT(stmt), &p, timeout_ms, on_done, call);
	inside = false;
	assert_non_null(call->query);
	arena_free(arena); /* the pool has its own copy */
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	*(bool *)ctx = true;
	event_base_loopbreak(base);
}

/* Turns the loop until n callbacks came in all, or for ms; true: they came. */
static bool wait_for_calls(int n, int ms)
{
	struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = (long)(ms % 1000) * 1000};
	bool late = false;
	struct event *deadline = event_new(base, -1, 0, on_deadline, &late);

	event_add(deadline, &limit);
	n_waited_for = n;
	while (!late && (n == 0 || n_calls < n))
		event_base_loop(base, EVLOOP_ONCE);
	n_waited_for = 0;
	event_free(deadline);
	return !late;
}

static struct pg_pool *make_pool(const char *conninfo, unsigned int groups, unsigned int n)
{
	const struct pg_options options = {.conninfo = conninfo,
	                                   .program = "isobar-pool",
	                                   .groups = groups,
	                                   .seed = 7};

	return pg_pool_new(base, &options, n);
}

static int64_t count_backends(struct pg *pg)
{
	return pg_fixture_number(pg, "select count(*) from pg_stat_activity where "
	                             "application_name = 'isobar-three'");
}

/* --- answers --- */

static void test_pg_pool_run__answers_each_query_once(void **state)
{
	struct call calls[20] = {0};

	(void)state;
	for (int i = 0; i < 20; i++)
		run(pool, &calls[i], DOUBLE, i, 5000);
	assert_true(wait_for_calls(20, 5000));
	wait_for_calls(0, 50);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(calls[i].n_calls, 1);
		assert_int_equal(calls[i].n, 2 * i);
		assert_string_equal(strbuf_text(&calls[i].text), "copied");
		strbuf_done(&calls[i].text);
	}
}

static void test_pg_pool_run__tells_what_failed(void **state)
{
	struct call later = {0}, again = {0}, other = {0};
	struct pg *pg = pg_fixture_open(NULL, 0);

	(void)state;
	run(pool, &later, ON_DEMAND, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	assert_int_equal(later.code, ERR_INTERNAL);
	assert_string_equal(later.err.text,
	                    "on_demand: relation \"made_later\" does not exist");
	pg_fixture_exec(pg, "create table made_later ()");
	run(pool, &again, ON_DEMAND, 0, 0);
	run(pool, &other, DOUBLE, 4, 0);
	assert_true(wait_for_calls(3, 5000));
	assert_int_equal(again.code, 0);
	assert_int_equal(other.n, 8);
	pg_fixture_exec(pg, "drop table made_later");
	pg_close(pg);
	strbuf_done(&other.text);
}

static void test_pg_pool_new__begins_sessions_as_pg_open_does(void **state)
{
	struct pg_pool *other = make_pool(pg_fixture_conninfo(), PG_GROUP_INGEST, 1);
	struct call call = {0};

	(void)state;
	run(other, &call, STAGED, 0, 5000);
	assert_true(wait_for_calls(1, 5000));
	assert_int_equal(call.code, 0);
	pg_pool_free(other);
}

/* --- the queue --- */

static void test_pg_pool_run__keeps_the_order_on_one_connection(void **state)
{
	struct pg_pool *one = make_pool(pg_fixture_conninfo(), PG_GROUP_READ, 1);
	struct call calls[30] = {0};

	(void)state;
	for (int i = 0; i < 30; i++)
		run(one, &calls[i], SLOW, i == 0 ? 50 : 0, 0);
	assert_true(wait_for_calls(30, 5000));
	for (int i = 0; i < 30; i++) {
		assert_int_equal(calls[i].place, i);
		assert_int_equal(calls[i].n, calls[0].n);
	}
	pg_pool_free(one);
}

static void test_pg_pool_run__opens_no_more_than_it_may_and_needs(void **state)
{
	const struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                                   .program = "isobar-three",
	                                   .groups = PG_GROUP_READ};
	struct pg_pool *three = pg_pool_new(base, &options, 3);
	struct pg *pg = pg_fixture_open(NULL, 0);
	struct call calls[9] = {0};

	(void)state;
	run(three, &calls[0], SLOW, 10, 0);
	assert_true(wait_for_calls(1, 5000));
	assert_int_equal(count_backends(pg), 1);
	for (int i = 0; i < 9; i++)
		run(three, &calls[i], SLOW, 40, 0);
	assert_true(wait_for_calls(10, 5000));
	assert_int_equal(count_backends(pg), 3);
	pg_pool_free(three);
	pg_close(pg);
}

static void test_pg_pool_run__refuses_when_too_many_wait(void **state)
{
	enum {
		N = 1100
	};
	struct call *calls = xcalloc(N, sizeof(calls[0]));
	int n_refused = 0;

	(void)state;
	for (int i = 0; i < N; i++)
		run(pool, &calls[i], DOUBLE, i, 0);
	assert_true(wait_for_calls(N, 20000));
	for (int i = 0; i < N; i++) {
		assert_int_equal(calls[i].n_calls, 1);
		if (calls[i].code == ERR_LIMIT)
			n_refused++;
		else
			assert_int_equal(calls[i].n, 2 * i);
		strbuf_done(&calls[i].text);
	}
	assert_int_equal(n_refused, N - 1024);
	free(calls);
}

/* --- giving up --- */

static void test_pg_query_abandon__calls_nobody_wherever_the_query_is(void **state)
{
	struct call running = {0}, waiting = {0}, after = {0};
	struct pg_pool *one = make_pool(pg_fixture_conninfo(), PG_GROUP_READ, 1);

	(void)state;
	run(one, &after, DOUBLE, 1, 0);
	assert_true(wait_for_calls(1, 5000));
	run(one, &running, SLOW, 100, 0);
	run(one, &waiting, SLOW, 0, 0);
	wait_for_calls(0, 30);
	pg_query_abandon(running.query);
	pg_query_abandon(waiting.query);
	run(one, &after, DOUBLE, 2, 0);
	assert_true(wait_for_calls(2, 5000));
	assert_int_equal(running.n_calls + waiting.n_calls, 0);
	assert_int_equal(after.n_calls, 2);
	assert_int_equal(after.n, 4);
	strbuf_done(&after.text);
	pg_pool_free(one);
}

/* Two queries are answered in one turn; the first one's callback drops the second. */
static void test_pg_query_abandon__holds_for_an_answer_not_yet_given(void **state)
{
	enum {
		N = 1025
	};
	struct call *calls = xcalloc(N + 1, sizeof(calls[0]));

	(void)state;
	/* What is over the bound is answered in the next turn, all at once. */
	for (int i = 0; i < N + 1; i++)
		run(pool, &calls[i], DOUBLE, i, 0);
	calls[N - 1].abandons = &calls[N];
	assert_true(wait_for_calls(N, 20000));
	wait_for_calls(0, 30);
	assert_int_equal(calls[N - 1].code, ERR_LIMIT);
	assert_int_equal(calls[N].n_calls, 0);
	for (int i = 0; i < N; i++)
		strbuf_done(&calls[i].text);
	free(calls);
}

static void test_pg_pool_run__times_out_waiting_or_running(void **state)
{
	struct pg_pool *one = make_pool(pg_fixture_conninfo(), PG_GROUP_READ, 1);
	struct call running = {0}, waiting = {0}, after = {0};

	(void)state;
	run(one, &after, DOUBLE, 1, 0);
	assert_true(wait_for_calls(1, 5000));
	run(one, &running, SLOW, 3000, 150);
	run(one, &waiting, SLOW, 0, 60);
	assert_true(wait_for_calls(3, 1000));
	assert_int_equal(waiting.place, 1);
	assert_int_equal(waiting.code, ERR_TRANSIENT);
	assert_int_equal(running.code, ERR_TRANSIENT);
	assert_string_equal(running.err.text, "slow: no answer within 150 ms");
	run(one, &after, DOUBLE, 3, 2000); /* on a connection of its own */
	assert_true(wait_for_calls(4, 3000));
	assert_int_equal(after.n, 6);
	strbuf_done(&after.text);
	pg_pool_free(one);
}

static void test_pg_pool_free__calls_nobody_even_from_a_callback(void **state)
{
	struct pg_pool *two = make_pool(pg_fixture_conninfo(), PG_GROUP_READ, 2);
	struct call first = {.free_pool = two}, running = {0}, waiting = {0};

	(void)state;
	run(two, &first, SLOW, 0, 0);
	run(two, &running, SLOW, 500, 1000);
	run(two, &waiting, SLOW, 0, 1000);
	assert_true(wait_for_calls(1, 5000));
	wait_for_calls(0, 100);
	assert_int_equal(first.n_calls, 1);
	assert_int_equal(running.n_calls, 0);
}

static void test_pg_pool_run__may_be_called_from_a_callback(void **state)
{
	struct call second = {0};
	struct call first = {.starts = &second};

	(void)state;
	run(pool, &first, SLOW, 0, 0);
	assert_true(wait_for_calls(2, 5000));
	assert_int_equal(second.n, 2);
	strbuf_done(&second.text);
}

/* --- connections that fail --- */

static void test_pg_pool__comes_back_after_its_sessions_were_ended(void **state)
{
	struct pg *pg = pg_fixture_open(NULL, 0);
	struct call before = {0}, busy = {0}, after = {0};

	(void)state;
	run(pool, &before, SLOW, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	run(pool, &busy, SLOW, 5000, 0);
	wait_for_calls(0, 50);
	pg_fixture_exec(
	        pg,
	        "do $$ begin perform pg_terminate_backend(pid, 5000) from pg_stat_activity "
	        "where application_name = 'isobar-pool'; end $$");
	assert_true(wait_for_calls(2, 5000));
	assert_int_equal(busy.code, ERR_TRANSIENT);
	wait_for_calls(0, 20); /* idle ones notice too */
	run(pool, &after, DOUBLE, 21, 5000);
	assert_true(wait_for_calls(3, 5000));
	assert_int_equal(after.code, 0);
	assert_int_equal(after.n, 42);
	strbuf_done(&after.text);
	pg_close(pg);
}

static void test_pg_pool__leaves_a_server_that_only_reads(void **state)
{
	struct pg_pool *one = make_pool(pg_fixture_conninfo(), PG_GROUP_READ, 1);
	struct call before = {0}, refused = {0}, after = {0};

	(void)state;
	run(one, &before, SLOW, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	run(one, &refused, READ_ONLY, 0, 0);
	run(one, &after, SLOW, 0, 5000);
	assert_true(wait_for_calls(3, 5000));
	assert_int_equal(refused.code, ERR_TRANSIENT);
	assert_int_equal(after.code, 0);
	assert_int_not_equal(after.n, before.n); /* another session */
	pg_pool_free(one);
}

static void test_pg_pool__fails_what_waits_when_it_cannot_connect(void **state)
{
	static const struct {
		const char *name;
		const char *conninfo; /* NULL: the test's database */
		unsigned int groups;
		enum error_code code;
	} cases[] = {
	        {"no server", "host=/nowhere/at/all dbname=x", PG_GROUP_READ,
	         ERR_TRANSIENT},
	        {"bad string", "hunter2", PG_GROUP_READ, ERR_INVALID},
	        {"drift", NULL, PG_GROUP_READ | PG_GROUP_SCORER, ERR_INTERNAL},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *conninfo = cases[i].conninfo;
		struct pg_pool *down =
		        make_pool(conninfo != NULL ? conninfo : pg_fixture_conninfo(),
		                  cases[i].groups, 2);
		struct call calls[3] = {0};

		n_calls = 0;
		for (int n = 0; n < 3; n++)
			run(down, &calls[n], SLOW, 0, 0);
		if (!wait_for_calls(3, 10000))
			fail_msg("%s: no answer", cases[i].name);
		for (int n = 0; n < 3; n++) {
			if (calls[n].code != cases[i].code)
				fail_msg("%s: %s", cases[i].name, calls[n].err.text);
		}
		pg_pool_free(down);
	}
}

/* The role of the session is missing at first: no try to connect succeeds. */
static void test_pg_pool__comes_back_when_sessions_can_begin_again(void **state)
{
	struct arena *arena = arena_new(256);
	char *role = arena_printf(arena, "test_pg_pool_%ld", (long)getpid());
	const struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                                   .role = role,
	                                   .program = "isobar-pool",
	                                   .groups = PG_GROUP_READ};
	struct pg_pool *one = pg_pool_new(base, &options, 1);
	struct pg *pg = pg_fixture_open(NULL, 0);
	struct call refused = {0}, after = {0};

	(void)state;
	run(one, &refused, SLOW, 0, 5000);
	assert_true(wait_for_calls(1, 5000));
	assert_int_equal(refused.code, ERR_INVALID);
	wait_for_calls(0, 500); /* a try or two more */
	pg_fixture_exec(pg, arena_printf(arena, "create role %s nologin", role));
	do { /* the first may meet a try that began before */
		after.code = 0;
		run(one, &after, SLOW, 0, 5000);
		assert_true(wait_for_calls(n_calls + 1, 5000));
	} while (after.code != 0 && n_calls < 10);
	assert_int_equal(after.code, 0);
	pg_pool_free(one);
	pg_fixture_exec(pg, arena_printf(arena, "drop role %s", role));
	pg_close(pg);
	arena_free(arena);
}

static void test_pg_pool__names_the_statement_that_drifted(void **state)
{
	struct pg_pool *drifted =
	        make_pool(pg_fixture_conninfo(), PG_GROUP_READ | PG_GROUP_SCORER, 1);
	struct call call = {0};

	(void)state;
	run(drifted, &call, SLOW, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	assert_string_equal(call.err.text,
	                    "drifted: column \"no_such_column\" does not exist");
	pg_pool_free(drifted);
}

/* --- */

static int setup(void **state)
{
	(void)state;
	n_calls = 0;
	base = event_base_new();
	pool = make_pool(pg_fixture_conninfo(), PG_GROUP_READ, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pg_pool_free(pool);
	event_base_free(base);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_pg_pool_run__answers_each_query_once),
	        TEST(test_pg_pool_run__tells_what_failed),
	        TEST(test_pg_pool_new__begins_sessions_as_pg_open_does),
	        TEST(test_pg_pool_run__keeps_the_order_on_one_connection),
	        TEST(test_pg_pool_run__opens_no_more_than_it_may_and_needs),
	        TEST(test_pg_pool_run__refuses_when_too_many_wait),
	        TEST(test_pg_query_abandon__calls_nobody_wherever_the_query_is),
	        TEST(test_pg_query_abandon__holds_for_an_answer_not_yet_given),
	        TEST(test_pg_pool_run__times_out_waiting_or_running),
	        TEST(test_pg_pool_free__calls_nobody_even_from_a_callback),
	        TEST(test_pg_pool_run__may_be_called_from_a_callback),
	        TEST(test_pg_pool__comes_back_after_its_sessions_were_ended),
	        TEST(test_pg_pool__leaves_a_server_that_only_reads),
	        TEST(test_pg_pool__fails_what_waits_when_it_cannot_connect),
	        TEST(test_pg_pool__comes_back_when_sessions_can_begin_again),
	        TEST(test_pg_pool__names_the_statement_that_drifted),
	};
	struct pg *pg;
	int failed;

	pg_fixture_create("pg_pool");
	pg = pg_fixture_open(NULL, 0);
	pg_fixture_exec(pg, "create sequence counter");
	pg_close(pg);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_fixture_drop();
	return failed != 0;
}
