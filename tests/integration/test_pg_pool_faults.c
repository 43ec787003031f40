/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool when connections fail: sessions ended by the server, servers that are
 * gone, not ready, or only read.
 */
#include <event2/event.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/pg_fixture.h"
#include "support/pool_calls.h"

static struct pg_pool *pool; /* of two connections */

static void test_pg_pool__comes_back_after_its_sessions_were_ended(void **state)
{
	struct pg *pg = pg_fixture_open(NULL, 0);
	struct call before = {0}, busy = {0}, after = {0};

	(void)state;
	run(pool, &before, SLOW, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	run(pool, &busy, SLOW, 5000, 0);
	wait_for_calls(0, 50);
	end_sessions(pg);
	assert_true(wait_for_calls(2, 5000));
	assert_int_equal(busy.code, ERR_TRANSIENT);
	assert_string_equal(busy.err.text, "database: terminating connection due to "
	                                   "administrator command");
	wait_for_calls(0, 20); /* idle ones notice too */
	assert_int_equal(pg_pool_stats(pool).n_up, 0);
	run(pool, &after, DOUBLE, 21, 5000);
	assert_true(wait_for_calls(3, 5000));
	assert_int_equal(after.code, 0);
	assert_int_equal(after.n, 42);
	strbuf_done(&after.text);
	pg_close(pg);
}

static void test_pg_pool__gives_up_sessions_that_are_of_no_more_use(void **state)
{
	static const struct {
		const char *name;
		int first; /* that spoils it, or -1 */
		int stmt;
		const char *text; /* in the error */
	} cases[] = {
	        {"standby", -1, READ_ONLY, "read-only transaction"},
	        {"forgotten", FORGET, SLOW, "prepared statement \"slow\" does not exist"},
	        {"schema", RETYPE, RETYPED, "cached plan must not change result type"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pg_pool *one = make_pool(NULL, PG_GROUP_READ, 1);
		struct call before = {0}, warm = {0}, first = {0}, refused = {0},
		            behind = {0}, after = {0}, again = {0};

		n_calls = 0;
		run(one, &before, SLOW, 0, 0);
		run(one, &warm, RETYPED, 0, 0);
		run(one, &first, cases[i].first >= 0 ? cases[i].first : BIG, 0, 0);
		run(one, &refused, cases[i].stmt, 0, 0);
		run(one, &behind, DIVIDE, 1, 0);
		assert_true(wait_for_calls(5, 5000));
		if (first.code != 0 || refused.code != ERR_TRANSIENT ||
		    strstr(refused.err.text, cases[i].text) == NULL)
			fail_msg("%s: %d %s", cases[i].name, (int)refused.code,
			         refused.err.text);
		assert_int_equal(behind.code, ERR_TRANSIENT);
		run(one, &after, SLOW, 0, 5000);
		run(one, &again, RETYPED, 0, 5000);
		assert_true(wait_for_calls(7, 5000));
		assert_int_equal(after.code, 0);
		assert_int_not_equal(after.n, before.n); /* another session */
		assert_int_equal(again.n, 3);
		strbuf_done(&first.text);
		pg_pool_free(one);
	}
}

/* It takes connections, and says nothing. */
static void test_pg_pool__bounds_a_try_to_connect(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct arena *arena = arena_new(256);
	struct pg_pool *one;
	struct call call = {0};

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	one = make_pool(arena_printf(arena,
	                             "host=127.0.0.1 port=%d user=x sslmode=disable "
	                             "connect_timeout=1",
	                             ntohs(address.sin_port)),
	                PG_GROUP_READ, 1);
	run(one, &call, SLOW, 0, 0);
	assert_false(wait_for_calls(1, 500));
	assert_true(wait_for_calls(1, 3000));
	assert_int_equal(call.code, ERR_TRANSIENT);
	assert_string_equal(call.err.text, "database: connecting timed out");
	pg_pool_free(one);
	arena_free(arena);
	close(fd);
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
		struct pg_pool *down = make_pool(conninfo, cases[i].groups, 2);
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
	struct pg_pool *one = pg_pool_new(pool_base, &options, 1);
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
	struct pg_pool *drifted = make_pool(NULL, PG_GROUP_READ | PG_GROUP_SCORER, 1);
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
	        TEST(test_pg_pool__comes_back_after_its_sessions_were_ended),
	        TEST(test_pg_pool__gives_up_sessions_that_are_of_no_more_use),
	        TEST(test_pg_pool__bounds_a_try_to_connect),
	        TEST(test_pg_pool__fails_what_waits_when_it_cannot_connect),
	        TEST(test_pg_pool__comes_back_when_sessions_can_begin_again),
	        TEST(test_pg_pool__names_the_statement_that_drifted),
	};
	int failed;

	pg_fixture_create("pg_pool_faults");
	pool_calls_tables();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_fixture_drop();
	return failed != 0;
}
