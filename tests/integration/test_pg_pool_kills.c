/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool and the listener when the server dies under them: a server of the test's
 * own is stopped at once, or loses a backend, with queries in flight, and comes back.
 */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/pg_conn.h"
#include "store/pg_notify.h"

#include "support/pg_fixture.h"
#include "support/pool_calls.h"
#include "support/random.h"

#define N_CALLS 120
#define ROUNDS  3

/* What the pool promises: 2 s between two tries, and the time of one. */
#define BACK_WITHIN_MS 4000

static char server_dir[] = "/tmp/isobar-kills.XXXXXX";
static struct pg_pool *pool;
static struct pg_notify *notify;
static int n_renewed; /* times that the listener was connected anew */

static void on_notification(const char *channel, const char *payload, void *ctx)
{
	(void)payload;
	(void)ctx;
	if (channel == NULL)
		n_renewed++;
}

/* What tests/support/pg.sh prints, without the end of the line. */
static const char *server(const char *action)
{
	static char line[256];
	ARENA_SCOPED a = arena_new(256);
	FILE *f = popen(
	        arena_printf(a, "%s/pg.sh %s %s", ISOBAR_SUPPORT_DIR, action, server_dir),
	        "r");

	assert_non_null(f);
	line[0] = '\0';
	if (fgets(line, sizeof(line), f) != NULL)
		line[strcspn(line, "\n")] = '\0';
	assert_int_equal(pclose(f), 0);
	return line;
}

/* Queries of all kinds and lengths; some time out by themselves. */
static void run_many(struct call *calls)
{
	memset(calls, 0, N_CALLS * sizeof(calls[0]));
	for (int i = 0; i < N_CALLS; i++) {
		switch (random_below(4)) {
		case 0:
			run(pool, &calls[i], SLOW, random_below(40),
			    random_below(2) == 0 ? 30 : 0);
			break;
		case 1:
			run(pool, &calls[i], DIVIDE, random_below(3), 0);
			break;
		case 2:
			run(pool, &calls[i], BIG, 100000, 5000);
			break;
		default:
			run(pool, &calls[i], DOUBLE, i, 0);
			break;
		}
	}
}

/* How many; they are marked by place -1. */
static int abandon_some(struct call *calls)
{
	int n = 0;

	for (int i = 0; i < N_CALLS; i++) {
		if (calls[i].query == NULL || random_below(8) > 0)
			continue;
		pg_query_abandon(calls[i].query);
		calls[i].place = -1;
		n++;
	}
	return n;
}

/* One callback each, with an answer or the news that it may be asked again. */
static void check_many(struct call *calls, int *n_answered, int *n_lost)
{
	*n_answered = *n_lost = 0;
	for (int i = 0; i < N_CALLS; i++) {
		assert_int_equal(calls[i].n_calls, calls[i].place >= 0 ? 1 : 0);
		if (calls[i].place < 0)
			continue;
		if (calls[i].code == ERR_TRANSIENT)
			++*n_lost;
		else if (calls[i].code != 0 && calls[i].code != ERR_INVALID)
			fail_msg("%d: %s", i, calls[i].err.text);
		else
			++*n_answered;
		strbuf_done(&calls[i].text);
	}
}

/* Asks until there is an answer. */
static void wait_until_served(void)
{
	int64_t start_ms = pg_now_ms(), ms = 0;
	struct call call;

	do {
		call = (struct call){0};
		run(pool, &call, DIVIDE, 1, 2000);
		assert_true(wait_for_calls(n_calls + 1, 5000));
		ms = pg_now_ms() - start_ms;
		wait_for_calls(0, 20);
	} while (call.code == ERR_TRANSIENT && ms < 2L * BACK_WITHIN_MS);
	if (call.code != 0)
		fail_msg("%s", call.err.text);
	assert_in_range(ms, 0, BACK_WITHIN_MS);
	assert_int_equal(call.n, 100);
}

static void wait_for_listener(int n)
{
	for (int i = 0; i < 500 && n_renewed < n; i++)
		wait_for_calls(0, 10);
	assert_int_equal(n_renewed, n);
	assert_true(pg_notify_is_up(notify));
}

static void test_pg_pool__outlives_its_server(void **state)
{
	struct call calls[N_CALLS], down;
	int n_answered, n_lost, n_lost_in_all = 0, n_abandoned;

	(void)state;
	random_begin(20260102);
	wait_until_served();
	wait_for_listener(1);
	for (int round = 0; round < ROUNDS; round++) {
		int before = n_calls;

		run_many(calls);
		wait_for_calls(before + 1 + random_below(N_CALLS / 4), 5000);
		n_abandoned = abandon_some(calls);
		server("crash");
		assert_true(wait_for_calls(before + N_CALLS - n_abandoned, 5000));
		wait_for_calls(0, 20);
		check_many(calls, &n_answered, &n_lost);
		assert_true(n_answered > 0);
		n_lost_in_all += n_lost;

		assert_false(pg_pool_is_up(pool));
		assert_false(pg_notify_is_up(notify));
		wait_for_calls(0, random_below(1500));
		down = (struct call){0};
		run(pool, &down, DIVIDE, 1, 0);
		assert_true(wait_for_calls(n_calls + 1, 4000));
		assert_int_equal(down.code, ERR_TRANSIENT);
		assert_null(strstr(down.err.text, "no answer within"));

		server("again");
		wait_until_served();
		wait_for_listener(2 + round);
	}
	assert_true(n_lost_in_all > 0);
}

/* The others are ended by the server, which recovers without a restart. */
static void test_pg_pool__outlives_a_backend(void **state)
{
	struct call who = {0}, calls[N_CALLS];
	int n_answered, n_lost, before;

	(void)state;
	run(pool, &who, SLOW, 0, 0);
	assert_true(wait_for_calls(1, 5000));
	before = n_calls;
	run_many(calls);
	wait_for_calls(before + 1, 5000);
	assert_int_equal(kill((pid_t)who.n, SIGKILL), 0);
	assert_true(wait_for_calls(before + N_CALLS, 10000));
	check_many(calls, &n_answered, &n_lost);
	assert_true(n_lost > 0);
	wait_until_served();
}

static void test_pg_pool_run__does_not_wait_for_a_server_that_hangs(void **state)
{
	struct call first = {0}, other = {0}, calls[4] = {0};

	(void)state;
	run(pool, &first, SLOW, 0, 0);
	run(pool, &other, SLOW, 0, 0);
	assert_true(wait_for_calls(2, 5000));
	assert_int_not_equal(first.n, other.n);
	assert_int_equal(kill((pid_t)first.n, SIGSTOP), 0);
	/* Two go to each; those on the other are answered. */
	for (int i = 0; i < 4; i++)
		run(pool, &calls[i], DIVIDE, 1, 1000);
	assert_true(wait_for_calls(6, 2000));
	assert_int_equal(calls[0].code + calls[1].code + calls[2].code + calls[3].code,
	                 2 * ERR_TRANSIENT);
	/* Now it is known to be slow, and later it is dropped. */
	for (int i = 0; i < 4; i++)
		run(pool, &calls[i], DIVIDE, 1, 1000);
	assert_true(wait_for_calls(10, 900));
	assert_int_equal(pg_pool_stats(pool).n_up, 2);
	wait_for_calls(0, 4000);
	wait_for_up(pool, 2);
	assert_int_equal(pg_pool_stats(pool).n_in_flight, 0);
	assert_int_equal(kill((pid_t)first.n, SIGCONT), 0);
}

static int setup(void **state)
{
	const char *channel = "isobar_test";
	const struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                                   .program = "isobar-notify"};

	(void)state;
	pool_calls_begin();
	n_renewed = 0;
	pool = make_pool(NULL, PG_GROUP_READ, 2);
	notify = pg_notify_new(pool_base, &options, &channel, 1, on_notification, NULL);
	wait_for_up(pool, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pg_notify_free(notify);
	pg_pool_free(pool);
	pool_calls_end();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_pg_pool_run__does_not_wait_for_a_server_that_hangs),
	        TEST(test_pg_pool__outlives_a_backend),
	        TEST(test_pg_pool__outlives_its_server),
	};
	int failed;

	if (getenv("ISOBAR_TEST_DSN") != NULL) {
		assert_non_null(mkdtemp(server_dir));
		setenv("ISOBAR_TEST_DSN", server("start"), 1);
	}
	pg_fixture_create("pg_pool_kills"); /* skips without a server */
	pool_calls_tables();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_fixture_drop();
	server("stop");
	return failed != 0;
}
