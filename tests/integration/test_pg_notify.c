/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evented listener against a real server: what its callback is told, and that
 * it comes back.  It runs nothing of the generated statements but its own.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "store/pg_notify.h"

#include "support/pg_fixture.h"

static struct event_base *base;
static struct pg *pg;       /* that notifies */
static struct strbuf heard; /* "channel=payload;", or "new;" */
static int n_heard;

static void on_notification(const char *channel, const char *payload, void *ctx)
{
	assert_ptr_equal(ctx, &heard);
	assert_true((channel == NULL) == (payload == NULL));
	if (channel == NULL)
		strbuf_puts(&heard, "new;");
	else
		strbuf_printf(&heard, "%s=%s;", channel, payload);
	n_heard++;
}

/* Turns the loop until n calls came in all, or for ms. */
static void listen_for(int n, int ms)
{
	const struct timeval step = {.tv_usec = 5000};

	for (int i = 0; i < ms / 5 && (n == 0 || n_heard < n); i++) {
		event_base_loopexit(base, &step);
		event_base_dispatch(base);
	}
}

static struct pg_notify *listener(void)
{
	/* Copied, and the second one wants quotes. */
	char first[] = "first_channel", second[] = "Second \"channel";
	const char *channels[] = {first, second};
	const struct pg_options options = {
	        .conninfo = pg_fixture_conninfo(), .program = "isobar-notify", .seed = 7};
	struct pg_notify *notify =
	        pg_notify_new(base, &options, channels, 2, on_notification, &heard);

	memset(first, '#', sizeof(first) - 1);
	memset(second, '#', sizeof(second) - 1);
	return notify;
}

static void end_session(void)
{
	pg_fixture_exec(
	        pg,
	        "do $$ begin perform pg_terminate_backend(pid, 5000) from pg_stat_activity "
	        "where application_name = 'isobar-notify'; end $$");
}

static void test_pg_notify__hears_its_channels_in_order(void **state)
{
	struct pg_notify *notify = listener();

	(void)state;
	assert_false(pg_notify_is_up(notify));
	listen_for(1, 5000);
	assert_true(pg_notify_is_up(notify));
	assert_string_equal(strbuf_text(&heard), "new;");
	pg_fixture_exec(pg, "notify first_channel, 'one'; notify another, 'x'");
	pg_fixture_exec(pg, "notify \"Second \"\"channel\", 'two'; notify first_channel");
	listen_for(4, 5000);
	listen_for(0, 50);
	assert_string_equal(strbuf_text(&heard), "new;first_channel=one;"
	                                         "Second \"channel=two;first_channel=;");
	pg_notify_free(notify);
}

static void test_pg_notify__hears_much_at_once(void **state)
{
	struct pg_notify *notify = listener();

	(void)state;
	listen_for(1, 5000);
	pg_fixture_exec(pg, "do $$ begin for i in 1..2000 loop "
	                    "perform pg_notify('first_channel', repeat('x', 1000) || i); "
	                    "end loop; end $$");
	listen_for(2001, 10000);
	assert_int_equal(n_heard, 2001);
	pg_notify_free(notify);
}

static void test_pg_notify__says_when_it_may_have_missed_something(void **state)
{
	struct pg_notify *notify = listener();

	(void)state;
	listen_for(1, 5000);
	for (int i = 0; i < 3; i++) {
		end_session();
		/* Known as soon as the loop turns, and not by a ping. */
		listen_for(0, 20);
		assert_false(pg_notify_is_up(notify));
		pg_fixture_exec(pg, "notify first_channel, 'missed'");
		listen_for(n_heard + 1, 3000);
		assert_true(pg_notify_is_up(notify));
		pg_fixture_exec(pg, "notify first_channel, 'seen'");
		listen_for(n_heard + 1, 5000);
	}
	assert_string_equal(strbuf_text(&heard),
	                    "new;new;first_channel=seen;new;first_channel=seen;"
	                    "new;first_channel=seen;");
	pg_notify_free(notify);
}

static void test_pg_notify_free__may_come_at_any_time(void **state)
{
	(void)state;
	pg_notify_free(NULL);
	for (int ms = 0; ms < 60; ms += 5) {
		struct pg_notify *notify = listener();

		listen_for(0, ms);
		pg_notify_free(notify);
	}
}

/* A server that stops in the middle looks like one with nothing to say. */
static void test_pg_notify__notices_a_server_that_went_silent(void **state)
{
	struct pg_notify *notify;
	pid_t pid;

	(void)state;
	if (getenv("ISOBAR_TEST_ALL") == NULL)
		skip(); /* 40 s */
	notify = listener();
	listen_for(1, 5000);
	pid = (pid_t)pg_fixture_number(pg, "select pid from pg_stat_activity where "
	                                   "application_name = 'isobar-notify'");
	assert_int_equal(kill(pid, SIGSTOP), 0);
	listen_for(2, 45000);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_string_equal(strbuf_text(&heard), "new;new;");
	assert_true(pg_notify_is_up(notify));
	pg_notify_free(notify);
}

static void test_pg_notify__stays_while_nothing_happens(void **state)
{
	struct pg_notify *notify;

	(void)state;
	if (getenv("ISOBAR_TEST_ALL") == NULL)
		skip(); /* 65 s: two pings */
	notify = listener();
	listen_for(2, 65000);
	assert_string_equal(strbuf_text(&heard), "new;");
	assert_int_equal(pg_fixture_number(pg,
	                                   "select count(*) from pg_stat_activity where "
	                                   "application_name = 'isobar-notify' and "
	                                   "query_start > now() - interval '35 s' and "
	                                   "backend_start < now() - interval '60 s'"),
	                 1);
	pg_notify_free(notify);
}

static int setup(void **state)
{
	(void)state;
	base = event_base_new();
	strbuf_reset(&heard);
	n_heard = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	event_base_free(base);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_pg_notify__hears_its_channels_in_order),
	        TEST(test_pg_notify__hears_much_at_once),
	        TEST(test_pg_notify__says_when_it_may_have_missed_something),
	        TEST(test_pg_notify_free__may_come_at_any_time),
	        TEST(test_pg_notify__notices_a_server_that_went_silent),
	        TEST(test_pg_notify__stays_while_nothing_happens),
	};
	int failed;

	pg_fixture_create("pg_notify");
	pg = pg_fixture_open(NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_close(pg);
	strbuf_done(&heard);
	pg_fixture_drop();
	return failed != 0;
}
