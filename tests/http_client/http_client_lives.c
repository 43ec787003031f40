/* SPDX-License-Identifier: Apache-2.0 */
/* Many requests at once, and calls that are cancelled. */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asker.h"
#include "support/random.h"

/* --- many --- */

/* Of the server since it was asked last: no more connections and requests at once than
 * that, and more than one of these. */
static void expect_counts(unsigned long most)
{
	struct http_request req = get("/counts");
	unsigned long connections, at_once;
	struct told t;

	ask(&req, &t);
	assert_true(t.is_answer);
	assert_int_equal(
	        sscanf(t.body.data, "connections %lu at-once %lu", &connections, &at_once),
	        2);
	assert_in_range(connections, 1, most);
	assert_in_range(at_once, 2, most);
	strbuf_done(&t.body);
}

static void ask_many(struct told *told, size_t n, const char *path, unsigned int timeout_ms)
{
	struct http_request req = get(path);

	req.timeout_ms = timeout_ms;
	for (size_t i = 0; i < n; i++) {
		told[i] = (struct told){.n = 0};
		send_it(&told[i], &req);
	}
	for (size_t i = 0; i < n; i++) {
		run_until(&told[i], 1);
		assert_true(told[i].is_answer);
		strbuf_done(&told[i].body);
	}
}

static void test_http_client__many_at_once(void **state)
{
	static struct told told[20];
	struct http_request req = get("/counts");
	const struct http_client_options three = {.max_per_host = 3},
	                                 two = {.max_connections = 2};

	(void)state;
	start_client(&(struct http_client_options){.user_agent = NULL});
	ask(&req, &told[0]);
	strbuf_done(&told[0].body);
	ask_many(told, N_ELEMENTS(told), "/late?ms=100", 0);
	expect_counts(8);
	start_client(&three);
	ask_many(told, N_ELEMENTS(told), "/late?ms=20", 0);
	expect_counts(3);
	start_client(&two);
	ask_many(told, N_ELEMENTS(told), "/late?ms=20", 0);
	expect_counts(2);
}

/* 25 after each other of 100 ms: none of them takes 2 s by itself. */
static void test_http_client__waiting_is_not_counted(void **state)
{
	static struct told told[25];

	(void)state;
	start_client(&(struct http_client_options){.max_per_host = 1});
	ask_many(told, N_ELEMENTS(told), "/late?ms=100", 2000);
}

static void test_http_client__one_host_does_not_hold_up_another(void **state)
{
	struct http_request slow = get("/late?ms=3000"), other = get("/ok");
	struct told first = {.n = 0}, second = {.n = 0}, t = {.n = 0};
	char url[128];

	(void)state;
	start_client(&(struct http_client_options){.max_per_host = 1});
	send_it(&first, &slow);
	send_it(&second, &slow);
	snprintf(url, sizeof(url), "http://localhost%s/ok",
	         strrchr(address("ISOBAR_TEST_HTTP"), ':'));
	other.url = url;
	send_it(&t, &other);
	run_until(&t, 1);
	assert_true(t.is_answer);
	assert_int_equal(first.n + second.n, 0);
	strbuf_done(&t.body);
}

/* --- cancelling --- */

static void test_http_client__cancelled_is_not_told(void **state)
{
	struct http_request silent = get("/silent"), late = get("/late?ms=100"),
	                    wrong = get("/ok");
	struct told a = {.n = 0}, b = {.n = 0}, c = {.n = 0}, d = {.n = 0};

	(void)state;
	wrong.url = "";
	start_client(&(struct http_client_options){.max_per_host = 1});
	http_call_cancel(NULL);
	send_it(&a, &silent); /* running */
	send_it(&b, &late);   /* waiting */
	send_it(&c, &late);
	send_it(&d, &wrong); /* ended */
	run_for(100);
	assert_int_equal(d.n, 1);
	send_it(&d, &wrong);
	http_call_cancel(d.call);
	http_call_cancel(b.call);
	http_call_cancel(a.call); /* makes room for c */
	run_until(&c, 1);
	assert_true(c.is_answer);
	run_for(200);
	assert_int_equal(a.n, 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(d.n, 1);
	strbuf_done(&c.body);
}

static void test_http_client__name_look_up_is_cancelled(void **state)
{
	struct http_request req = get("/ok");
	struct told t = {.n = 0};

	(void)state;
	req.url = "http://nowhere.invalid/";
	send_it(&t, &req);
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_loop(base, EVLOOP_NONBLOCK);
	if (t.n > 0)
		return; /* it was fast */
	http_call_cancel(t.call);
	run_for(100);
	assert_int_equal(t.n, 0);
}

static void test_http_client__cancels_from_inside(void **state)
{
	struct http_request silent = get("/silent"), wrong = get("/ok");
	struct told a = {.n = 0}, b = {.n = 0}, c = {.n = 0};

	(void)state;
	wrong.url = "";
	a.cancel[0] = &b; /* which runs */
	a.cancel[1] = &a; /* itself: nothing to do any more */
	send_it(&b, &silent);
	send_it(&a, &wrong);
	run_until(&a, 1);
	a = (struct told){.cancel = {&b, &c}};
	send_it(&a, &wrong);
	send_it(&b, &wrong); /* they have ended, too */
	send_it(&c, &wrong);
	run_until(&a, 1);
	run_for(100);
	assert_int_equal(a.n, 1);
	assert_int_equal(b.n, 0);
	assert_int_equal(c.n, 0);
}

static void test_http_client__sends_from_inside(void **state)
{
	struct http_request req = get("/ok");
	struct told t = {.then = "/status?code=418"};

	(void)state;
	send_it(&t, &req);
	run_until(&t, 2);
	assert_int_equal(t.status, 418);
	strbuf_done(&t.body);
}

static void test_http_client__freed_from_inside(void **state)
{
	struct http_request req = get("/ok"), silent = get("/silent"), wrong = get("/ok");
	struct told t = {.free_client = true}, others[20];

	(void)state;
	wrong.url = "";
	for (size_t i = 0; i < N_ELEMENTS(others); i++) {
		others[i] = (struct told){.n = 0};
		send_it(&others[i], &silent); /* run, and wait */
	}
	http_call_cancel(others[0].call);
	http_call_cancel(others[1].call);
	http_client_free(client);
	client = NULL;
	start_client(&(struct http_client_options){.user_agent = NULL});
	send_it(&t, &req);
	for (size_t i = 0; i < N_ELEMENTS(others); i++)
		send_it(&others[i], &silent);
	run_until(&t, 1);
	assert_null(client);
	start_client(&(struct http_client_options){.user_agent = NULL});
	strbuf_done(&t.body);
	t = (struct told){.free_client = true};
	send_it(&t, &wrong);
	send_it(&others[0], &wrong);
	run_until(&t, 1);
	run_for(100);
	for (size_t i = 0; i < N_ELEMENTS(others); i++)
		assert_int_equal(others[i].n, 0);
	http_client_free(NULL);
}

/* --- any order --- */

#define STEPS 400

static const char *random_path(void)
{
	static const char *const paths[] = {"/ok",        "/gzip",       "/chunked",
	                                    "/late?ms=5", "/late?ms=40", "/reset",
	                                    "/nothing",   "/bad-gzip",   "/truncated",
	                                    "/silent",    "/redirect",   "/drip"};

	return paths[random_below(N_ELEMENTS(paths))];
}

/* Each call is told once, or was cancelled and is not. */
static void test_http_client__told_once_in_any_order(void **state)
{
	static struct told told[STEPS];
	static bool cancelled[STEPS];
	int n_cancelled = 0;

	(void)state;
	random_begin(20261115);
	for (int i = 0; i < STEPS; i++) {
		struct http_request req = get(random_path());
		int other = random_below(i + 1);

		if (random_below(20) == 0)
			req.url = "nonsense";
		req.timeout_ms = 100 + (unsigned int)random_below(200);
		told[i] = (struct told){.n = 0};
		send_it(&told[i], &req);
		if (random_below(3) == 0 && told[other].n == 0 && !cancelled[other]) {
			http_call_cancel(told[other].call);
			cancelled[other] = true;
			n_cancelled++;
		}
		if (random_below(4) == 0)
			event_base_loop(base, EVLOOP_NONBLOCK);
		if (random_below(20) == 0)
			run_for(random_below(30));
	}
	for (int i = 0; i < STEPS; i++)
		if (!cancelled[i])
			run_until(&told[i], 1);
	run_for(300);
	for (int i = 0; i < STEPS; i++) {
		assert_int_equal(told[i].n, cancelled[i] ? 0 : 1);
		strbuf_done(&told[i].body);
	}
	assert_in_range(n_cancelled, STEPS / 20, STEPS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_http_client__many_at_once),
	        TEST(test_http_client__waiting_is_not_counted),
	        TEST(test_http_client__one_host_does_not_hold_up_another),
	        TEST(test_http_client__cancelled_is_not_told),
	        TEST(test_http_client__name_look_up_is_cancelled),
	        TEST(test_http_client__cancels_from_inside),
	        TEST(test_http_client__sends_from_inside),
	        TEST(test_http_client__freed_from_inside),
	        TEST(test_http_client__told_once_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
