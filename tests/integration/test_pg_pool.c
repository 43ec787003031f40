/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of evented connections against a real server: the contract of its
 * callbacks, its pipelines, its queue, time-outs.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "support/pg_fixture.h"
#include "support/pool_calls.h"

static struct pg_pool *pool; /* of two connections */

static int64_t count_backends(struct pg *pg)
{
	return pg_fixture_number(pg, "select count(*) from pg_stat_activity where "
	                             "application_name = 'isobar-three' and "
	                             "datname = current_database()");
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
	struct call call = {0};

	(void)state;
	run(pool, &call, DIVIDE, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	assert_int_equal(call.code, ERR_INVALID);
	assert_string_equal(call.err.text, "divide: division by zero");
}

static void test_pg_pool_new__begins_sessions_as_pg_open_does(void **state)
{
	struct pg_pool *other = make_pool(NULL, PG_GROUP_INGEST, 1);
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
	struct pg_pool *one = make_pool(NULL, PG_GROUP_READ, 1);
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

static void test_pg_pool_run__keeps_an_error_to_its_query(void **state)
{
	static const struct {
		int stmt;
		int64_t value;
		enum error_code code; /* 0: n is */
		int64_t n;
	} cases[] = {
	        {DOUBLE, 1, 0, 2},
	        {DIVIDE, 0, ERR_INVALID, 0},
	        {DOUBLE, 2, 0, 4},
	        {INSERT, 7, 0, 0},
	        {INSERT, 7, ERR_CONFLICT, 0}, /* found at its commit */
	        {DIVIDE, 0, ERR_INVALID, 0},
	        {DIVIDE, 0, ERR_INVALID, 0},
	        {INSERT, 8, 0, 0},
	        {DIVIDE, 50, 0, 2},
	};
	struct pg_pool *one = make_pool(NULL, PG_GROUP_READ, 1);
	struct pg *pg = pg_fixture_open(NULL, 0);
	struct call calls[N_ELEMENTS(cases)] = {0};

	(void)state;
	wait_for_up(one, 1);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		run(one, &calls[i], cases[i].stmt, cases[i].value, 0);
	assert_true(wait_for_calls((int)N_ELEMENTS(cases), 5000));
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_int_equal(calls[i].place, i);
		if (calls[i].code != cases[i].code || calls[i].n != cases[i].n)
			fail_msg("case %zu: code %d, n %d: %s", i, (int)calls[i].code,
			         (int)calls[i].n, calls[i].err.text);
		strbuf_done(&calls[i].text);
	}
	assert_int_equal(pg_fixture_number(pg, "select sum(n) from counted"), 15);
	pg_close(pg);
	pg_pool_free(one);
}

/* More than the sockets hold goes both ways at once. */
static void test_pg_pool_run__moves_much_both_ways(void **state)
{
	enum {
		N = 30,
		SIZE = 1000000
	};
	struct arena *arena = arena_new(SIZE + 1024);
	struct pg_params p = {.arena = arena};
	char *text = arena_alloc(arena, SIZE + 1);
	struct call calls[N] = {0};

	(void)state;
	memset(text, 'y', SIZE);
	pg_bind_int(&p, 21);
	pg_bind_text(&p, text);
	for (int i = 0; i < N; i++)
		run_call(pool, &calls[i], &(struct pg_call){STMT(DOUBLE), &p, 0, false, 0});
	assert_true(wait_for_calls(N, 30000));
	for (int i = 0; i < N; i++) {
		assert_int_equal(calls[i].n, 42);
		assert_int_equal(calls[i].text.size, SIZE);
		strbuf_done(&calls[i].text);
	}
	arena_free(arena);
}

static void test_pg_pool_run__has_only_so_many_in_flight(void **state)
{
	const struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                                   .program = "isobar-pool",
	                                   .groups = PG_GROUP_READ,
	                                   .pipeline = 5};
	struct pg_pool *one = pg_pool_new(pool_base, &options, 1);
	struct call calls[8] = {0};
	struct pg_pool_stats stats;

	(void)state;
	wait_for_up(one, 1);
	for (int i = 0; i < 8; i++)
		run(one, &calls[i], SLOW, i == 0 ? 800 : 0, 0);
	wait_for_calls(0, 40);
	stats = pg_pool_stats(one);
	assert_int_equal(stats.n_in_flight, 5);
	assert_int_equal(stats.n_waiting, 3);
	assert_in_range(stats.oldest_wait_ms, 30, 799);
	assert_true(wait_for_calls(8, 5000));
	stats = pg_pool_stats(one);
	assert_int_equal(stats.n_in_flight + stats.n_waiting + stats.oldest_wait_ms, 0);
	pg_pool_free(one);
}

static void test_pg_pool_run__shares_out_evenly(void **state)
{
	struct call calls[8] = {0};
	int n_on_first = 0;

	(void)state;
	wait_for_up(pool, 2);
	for (int i = 0; i < 8; i++)
		run(pool, &calls[i], SLOW, 5, 0);
	assert_true(wait_for_calls(8, 5000));
	for (int i = 0; i < 8; i++)
		n_on_first += calls[i].n == calls[0].n;
	assert_int_equal(n_on_first, 4);
}

/* Nothing queues up behind a long query while another connection is free. */
static void test_pg_pool_run__goes_around_a_slow_query(void **state)
{
	struct call slow = {0}, calls[40] = {0};

	(void)state;
	wait_for_up(pool, 2);
	run(pool, &slow, SLOW, 3000, 0);
	wait_for_calls(0, 2 * 20); /* PG_CONN_SLOW_MS */
	for (int i = 0; i < 40; i++)
		run(pool, &calls[i], DIVIDE, 5, 0);
	assert_true(wait_for_calls(40, 2500));
	assert_int_equal(slow.n_calls, 0);
	for (int i = 0; i < 40; i++)
		assert_int_equal(calls[i].n, 20);
}

static void test_pg_pool_new__opens_all_its_connections(void **state)
{
	const struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                                   .program = "isobar-three",
	                                   .groups = PG_GROUP_READ};
	struct pg_pool *three = pg_pool_new(pool_base, &options, 3);
	struct pg *pg = pg_fixture_open(NULL, 0);

	(void)state;
	assert_false(pg_pool_is_up(three));
	wait_for_up(three, 3);
	assert_true(pg_pool_is_up(three));
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
	struct pg_pool *one = make_pool(NULL, PG_GROUP_READ, 1);

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

/* --- time-outs --- */

static void test_pg_pool_run__times_out_and_leaves_the_others_alone(void **state)
{
	struct pg_pool *one = make_pool(NULL, PG_GROUP_READ, 1);
	struct call first = {0}, slow = {0}, behind = {0}, waiting = {0}, after = {0};

	(void)state;
	run(one, &first, SLOW, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	run(one, &slow, SLOW, 2000, 700);
	run(one, &behind, SLOW, 0, 0);
	wait_for_calls(0, 2 * 20);
	run(one, &waiting, SLOW, 0, 60); /* not sent: see goes_around_a_slow_query */
	run(one, &after, SLOW, 0, 5000);
	assert_true(wait_for_calls(3, 1500));
	assert_int_equal(waiting.place, 1);
	assert_int_equal(waiting.code, ERR_TRANSIENT);
	assert_int_equal(slow.place, 2);
	assert_int_equal(slow.code, ERR_TRANSIENT);
	assert_string_equal(slow.err.text, "slow: no answer within 700 ms");
	assert_true(wait_for_calls(5, 5000));
	assert_int_equal(behind.code, 0);
	assert_int_equal(behind.n, first.n); /* the connection lives */
	assert_int_equal(after.n, first.n);
	assert_int_equal(slow.n_calls, 1);
	pg_pool_free(one);
}

static void test_pg_pool_new__bounds_statements_on_the_server(void **state)
{
	const struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                                   .program = "isobar-pool",
	                                   .groups = PG_GROUP_READ,
	                                   .statement_timeout_ms = 200};
	struct pg_pool *one = pg_pool_new(pool_base, &options, 1);
	struct call slow = {0}, behind = {0};

	(void)state;
	run(one, &slow, SLOW, 60000, 0);
	run(one, &behind, SLOW, 0, 0);
	assert_true(wait_for_calls(2, 5000));
	assert_int_equal(slow.code, ERR_LIMIT);
	assert_int_equal(behind.code, 0);
	pg_pool_free(one);
}

static void test_pg_pool__drops_a_connection_that_stays_silent(void **state)
{
	struct pg_pool *one = make_pool(NULL, PG_GROUP_READ, 1);
	struct call first = {0}, slow = {0}, behind = {0}, after = {0};

	(void)state;
	run(one, &first, SLOW, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	run(one, &slow, SLOW, 60000, 100);
	run(one, &behind, SLOW, 0, 0);
	assert_true(wait_for_calls(2, 1000));
	assert_int_equal(slow.code, ERR_TRANSIENT);
	assert_false(wait_for_calls(3, 1500)); /* the grace is 2 s */
	assert_true(wait_for_calls(3, 4000));
	assert_int_equal(behind.code, ERR_TRANSIENT);
	assert_non_null(strstr(behind.err.text, "database: silent for "));
	run(one, &after, SLOW, 0, 5000);
	assert_true(wait_for_calls(4, 5000));
	assert_int_equal(after.code, 0);
	assert_int_not_equal(after.n, first.n);
	pg_pool_free(one);
}

/* --- calls from callbacks --- */

static void test_pg_pool_free__calls_nobody_even_from_a_callback(void **state)
{
	struct pg_pool *two = make_pool(NULL, PG_GROUP_READ, 2);
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
	struct call first = {.starts = &second, .starts_in = pool};

	(void)state;
	run(pool, &first, SLOW, 0, 0);
	assert_true(wait_for_calls(2, 5000));
	assert_int_equal(second.n, 2);
	strbuf_done(&second.text);
}

/* --- */

static int setup(void **state)
{
	(void)state;
	pool_calls_begin();
	pool = make_pool(NULL, PG_GROUP_READ, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pg_pool_free(pool);
	pool_calls_end();
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
	        TEST(test_pg_pool_run__keeps_an_error_to_its_query),
	        TEST(test_pg_pool_run__moves_much_both_ways),
	        TEST(test_pg_pool_run__has_only_so_many_in_flight),
	        TEST(test_pg_pool_run__shares_out_evenly),
	        TEST(test_pg_pool_run__goes_around_a_slow_query),
	        TEST(test_pg_pool_new__opens_all_its_connections),
	        TEST(test_pg_pool_run__refuses_when_too_many_wait),
	        TEST(test_pg_query_abandon__calls_nobody_wherever_the_query_is),
	        TEST(test_pg_query_abandon__holds_for_an_answer_not_yet_given),
	        TEST(test_pg_pool_run__times_out_and_leaves_the_others_alone),
	        TEST(test_pg_pool_new__bounds_statements_on_the_server),
	        TEST(test_pg_pool__drops_a_connection_that_stays_silent),
	        TEST(test_pg_pool_free__calls_nobody_even_from_a_callback),
	        TEST(test_pg_pool_run__may_be_called_from_a_callback),
	};
	int failed;

	pg_fixture_create("pg_pool");
	pool_calls_tables();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_fixture_drop();
	return failed != 0;
}
