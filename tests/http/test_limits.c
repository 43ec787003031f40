/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines, rates and caps: who is cut, when, and that nobody else notices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/mem.h"

#include "fixture.h"

#define PATIENCE  10000
#define POST_ECHO "POST /echo HTTP/1.1\r\n" H

/* The end comes after least_ms, and not long after: the box may be busy. */
static void must_end_after(struct client *c, int since, int least_ms)
{
	int took;

	must_end(c, least_ms + 3000);
	took = elapsed_ms() - since;
	if (took < least_ms)
		fail_msg("cut after %d ms instead of %d", took, least_ms);
}

/* ---- deadlines ---- */

/* Sends single bytes until the peer has had enough; how many it took. */
static int drip(struct client *c, int n, int pause_ms)
{
	for (int i = 0; i < n; i++) {
		struct reply r;
		const char *why;
		const bool is_answered = client_reply(c, false, pause_ms, &r, &why);

		reply_done(&r);
		if (is_answered || strcmp(why, "it does not come") != 0 ||
		    !client_send(c, "x", 1))
			return i;
	}
	return n;
}

static void test_deadline__head_that_drips_is_cut(void **state)
{
	struct fixture f;
	struct client *c;
	int since;

	(void)state;
	FIXTURE_START(&f, "head_ms=500");
	/* A byte each 20 ms would keep a timeout of single reads away for ever. */
	since = elapsed_ms();
	c = must_open(&f);
	must_send(c, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	assert_in_range(drip(c, 500, 20), 2, 150);
	assert_true(elapsed_ms() - since >= 500);
	client_close(c);
	/* And it is told why, when it listens. */
	since = elapsed_ms();
	c = must_open(&f);
	must_send(c, "GET / HTTP/1.1\r\nHo");
	must_reply(c, 408, "/problems/request-timeout");
	must_end_after(c, since, 500);
	client_close(c);
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "slow_head"), 2);
	fixture_done(&f);
}

static void test_deadline__silence_is_cut_without_a_word(void **state)
{
	struct fixture f;
	struct client *c;
	int since;

	(void)state;
	FIXTURE_START(&f, "head_ms=300", "idle_ms=2000");
	since = elapsed_ms();
	c = must_open(&f);
	must_end_after(c, since, 300);
	client_close(c);
	/* A kept one has the longer time, again after each request. */
	c = must_open(&f);
	for (int i = 0; i < 3; i++) {
		must_send(c, GET);
		must_reply(c, 200, NULL);
		sleep_ms(500);
	}
	/* One empty line too many is no beginning of another.  The time runs from the answer
	 * on, which the server has given before it is read here. */
	since = elapsed_ms();
	must_send(c, GET "\r\n");
	must_reply(c, 200, NULL);
	must_end_after(c, since, 2000);
	client_close(c);
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "slow_head"), 1);
	assert_int_equal(fixture_count(&f, "idle"), 1);
	fixture_done(&f);
}

static void test_deadline__second_head_has_its_own(void **state)
{
	struct fixture f;
	struct client *c;
	int since;

	(void)state;
	FIXTURE_START(&f, "head_ms=400", "idle_ms=60000");
	c = must_open(&f);
	must_send(c, GET);
	must_reply(c, 200, NULL);
	sleep_ms(600);
	since = elapsed_ms();
	must_send(c, "GET /");
	must_reply(c, 408, NULL);
	must_end_after(c, since, 400);
	client_close(c);
	fixture_stop(&f);
	fixture_done(&f);
}

static void test_rate__body_that_drips_is_cut(void **state)
{
	struct fixture f;
	struct client *c;

	(void)state;
	FIXTURE_START(&f, "window_ms=300", "min_rate=200");
	c = must_open(&f);
	must_send(c, POST_ECHO "Content-Length: 1000\r\n\r\n");
	assert_in_range(drip(c, 1000, 10), 2, 200); /* 100 bytes/s */
	client_close(c);
	/* So is one that stops: with an answer. */
	c = must_open(&f);
	must_send(c, POST_ECHO "Transfer-Encoding: chunked\r\n\r\n5\r\nhe");
	must_reply(c, 408, "/problems/request-timeout");
	must_end(c, PATIENCE);
	client_close(c);
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "slow_body"), 2);
	fixture_done(&f);
}

static void test_rate__slow_but_steady_body_arrives(void **state)
{
	struct fixture f;
	struct client *c;
	char piece[40];

	(void)state;
	memset(piece, 'y', sizeof(piece));
	FIXTURE_START(&f, "window_ms=1500", "min_rate=100");
	c = must_open(&f);
	must_send(c, POST_ECHO "Content-Length: 2000\r\n\r\n");
	for (int i = 0; i < 50; i++) { /* 2,000 bytes in 4 s */
		sleep_ms(80);
		assert_true(client_send(c, piece, sizeof(piece)));
	}
	must_reply(c, 200, "yyyy");
	client_close(c);
	fixture_stop(&f);
	fixture_done(&f);
}

static void test_deadline__request_has_one_for_all(void **state)
{
	struct fixture f;
	struct client *c;
	const int since = elapsed_ms();

	(void)state;
	/* Fast enough for its rate, but without end. */
	FIXTURE_START(&f, "window_ms=200", "min_rate=10", "head_ms=800", "request_ms=900");
	c = must_open(&f);
	must_send(c, POST_ECHO "Content-Length: 100000\r\n\r\n");
	assert_in_range(drip(c, 1000, 10), 5, 300);
	assert_true(elapsed_ms() - since >= 900);
	client_close(c);
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "slow_body"), 1);
	fixture_done(&f);
}

static void test_rate__reader_that_stops_is_reset(void **state)
{
	struct fixture f;
	struct client *c;
	const int small = 4096;

	(void)state;
	FIXTURE_START(&f, "window_ms=300");
	c = must_open_narrow(&f, small);
	/* More than the kernel takes: the rest waits for the reader. */
	for (int i = 0; i < 8; i++)
		must_send(c, "GET /big HTTP/1.1\r\n" H "\r\n");
	sleep_ms(1500);
	must_serve(&f);
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "slow_reader"), 1);
	fixture_done(&f);
	client_close(c);
}

/*
 * Slower than the kernel asks for more (16 KB, four seconds), but not slower than the
 * least rate.
 */
static void test_rate__reader_on_a_thin_line_is_let_be(void **state)
{
	char piece[400];
	struct fixture f;
	struct client *c;

	(void)state;
	FIXTURE_START(&f, "window_ms=1500", "min_rate=500");
	c = must_open_narrow(&f, 2048);
	must_send(c, "GET /big HTTP/1.1\r\n" H "\r\n");
	for (int i = 0; i < 80; i++) { /* 4 KB/s for 8 s */
		assert_true(client_read(c, piece, sizeof(piece), PATIENCE) > 0);
		sleep_ms(100);
	}
	client_close(c);
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "slow_reader"), 0);
	fixture_done(&f);
}

static void test_rate__pauses_of_the_server_are_not_the_reader_s(void **state)
{
	struct fixture f;
	struct client *c;

	(void)state;
	FIXTURE_START(&f, "window_ms=20", "idle_ms=50", "head_ms=5000");
	c = must_open(&f);
	must_send(c,
	          "GET /late?400 HTTP/1.1\r\n" H "\r\nGET /stream HTTP/1.1\r\n" H "\r\n");
	must_reply(c, 200, "/late?400");
	must_reply(c, 200, "chunk 2\n");
	client_close(c);
	fixture_stop(&f);
	fixture_done(&f);
}

/* ---- caps ---- */

static struct client *open_served(const struct fixture *f, const char *source)
{
	struct client *c = must_open_from(f, source);

	must_send(c, GET);
	must_reply(c, 200, NULL);
	return c;
}

static void must_be_refused(const struct fixture *f, const char *source)
{
	struct client *c = must_open_from(f, source);
	struct reply r;
	const char *why;

	must_send(c, GET GET);
	assert_true(client_reply(c, false, PATIENCE, &r, &why));
	assert_int_equal(r.status, 503);
	assert_string_equal(reply_header(&r, "Content-Type"), "application/problem+json");
	assert_string_equal(reply_header(&r, "Retry-After"), "5");
	assert_string_equal(reply_header(&r, "Connection"), "close");
	assert_non_null(strstr(r.body.data, "/problems/overloaded"));
	reply_done(&r);
	must_end(c, PATIENCE);
	client_close(c);
}

/* The loop may need a moment to see that a connection is gone. */
static struct client *open_served_soon(const struct fixture *f)
{
	for (int i = 0; i < 100; i++) {
		struct client *c = must_open(f);
		struct reply r;
		const char *why;
		bool is_served;

		must_send(c, GET);
		is_served = client_reply(c, false, PATIENCE, &r, &why) && r.status == 200;
		reply_done(&r);
		if (is_served)
			return c;
		client_close(c);
		sleep_ms(20);
	}
	fail_msg("a place that was left is not given away");
	return NULL;
}

static void test_cap__those_above_are_told_so(void **state)
{
	struct fixture f;
	struct client *served[5], *c;

	(void)state;
	FIXTURE_START(&f, "max_connections=5", "max_refusing=20", "full_ms=300");
	for (size_t i = 0; i < N_ELEMENTS(served); i++)
		served[i] = open_served(&f, NULL);
	for (int i = 0; i < 10; i++)
		must_be_refused(&f, NULL);
	/* HEAD gets no body, a bad request its own answer, silence nothing. */
	c = must_open(&f);
	must_send(c, "HEAD / HTTP/1.1\r\n" H "\r\n");
	client_end_output(c);
	sleep_ms(100);
	{
		struct reply r;
		const char *why;

		assert_true(client_reply(c, true, PATIENCE, &r, &why));
		assert_int_equal(r.status, 503);
		reply_done(&r);
		must_end(c, PATIENCE);
	}
	client_close(c);
	c = must_open(&f);
	must_send(c, "BREW / HTTP/1.1\r\n" H "\r\n");
	must_reply(c, 405, NULL);
	client_close(c);
	c = must_open(&f);
	must_end(c, 2000);
	client_close(c);
	/* Who was there before has noticed nothing. */
	for (size_t i = 0; i < N_ELEMENTS(served); i++) {
		must_send(served[i], GET);
		must_reply(served[i], 200, NULL);
	}
	client_close(served[0]);
	served[0] = open_served_soon(&f);
	for (size_t i = 0; i < N_ELEMENTS(served); i++)
		client_close(served[i]);
	fixture_stop(&f);
	assert_true(fixture_count(&f, "full") >= 11);
	fixture_done(&f);
}

static void test_cap__listeners_rest_when_too_many_are_told(void **state)
{
	struct fixture f;
	struct client *served[2], *refused[2], *waiting;
	char byte;

	(void)state;
	FIXTURE_START(&f, "max_connections=2", "max_refusing=2", "full_ms=700",
	              "linger_ms=300");
	for (size_t i = 0; i < 2; i++)
		served[i] = open_served(&f, NULL);
	for (size_t i = 0; i < 2; i++)
		refused[i] = must_open(&f);
	sleep_ms(100);
	/* In the kernel's queue, and not forgotten. */
	waiting = must_open(&f);
	must_send(waiting, GET);
	assert_int_equal(client_read(waiting, &byte, 1, 200), CLIENT_TIMEOUT);
	for (size_t i = 0; i < 2; i++) {
		must_send(served[i], GET);
		must_reply(served[i], 200, NULL);
		client_close(served[i]);
	}
	must_reply(waiting, 200, NULL);
	client_close(waiting);
	for (size_t i = 0; i < 2; i++)
		client_close(refused[i]);
	fixture_stop(&f);
	fixture_done(&f);
}

static void test_cap__each_address_has_its_own(void **state)
{
	struct fixture f;
	struct client *served[3], *behind_proxy[6];

	(void)state;
	FIXTURE_START(&f, "max_per_address=3", "max_refusing=4", "linger_ms=300");
	for (size_t i = 0; i < N_ELEMENTS(served); i++)
		served[i] = open_served(&f, "127.0.0.2");
	for (int i = 0; i < 10; i++)
		must_be_refused(&f, "127.0.0.2");
	client_close(open_served(&f, "127.0.0.3"));
	for (size_t i = 0; i < N_ELEMENTS(behind_proxy); i++)
		behind_proxy[i] = open_served(&f, "127.0.0.99");
	for (size_t i = 0; i < N_ELEMENTS(behind_proxy); i++)
		client_close(behind_proxy[i]);
	for (size_t i = 0; i < N_ELEMENTS(served); i++) {
		must_send(served[i], GET);
		must_reply(served[i], 200, NULL);
		client_close(served[i]);
	}
	sleep_ms(100);
	client_close(open_served(&f, "127.0.0.2"));
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "address_full"), 10);
	assert_int_equal(fixture_count(&f, "full"), 0);
	fixture_done(&f);
}

/* More of one address than can be told: they are reset, and the others come through. */
static void test_cap__flood_of_one_address_keeps_nobody_out(void **state)
{
	enum {
		N_FLOOD = 100
	};
	struct fixture f;
	struct client *flood[N_FLOOD];

	(void)state;
	FIXTURE_START(&f, "max_per_address=10", "max_refusing=10", "max_connections=60");
	for (int i = 0; i < N_FLOOD; i++) {
		flood[i] = must_open_from(&f, "127.0.0.2");
		if (i % 10 == 0)
			client_close(open_served(&f, "127.0.0.3"));
	}
	for (int i = 0; i < 20; i++)
		client_close(open_served(&f, "127.0.0.3"));
	for (int i = 0; i < N_FLOOD; i++)
		client_close(flood[i]);
	fixture_stop(&f);
	assert_in_range(fixture_count(&f, "address_full"), 80, 90);
	assert_int_equal(fixture_count(&f, "full"), 0);
	fixture_done(&f);
}

/* What is pipelined behind a late reply stays with the kernel, and with the client. */
static void test_request__read_ahead_is_bounded(void **state)
{
	const size_t size = 1 << 20;
	char *junk = xcalloc(1, size);
	size_t sent = 0;
	struct fixture f;
	struct client *c;

	(void)state;
	FIXTURE_START(&f, "max_per_address=0");
	c = must_open(&f);
	must_send(c, "GET /late?1500 HTTP/1.1\r\n" H "\r\n");
	sleep_ms(50);
	/* A socket takes some MB, on both sides together. */
	for (int i = 0; i < 100 && sent < 32 * size; i++) {
		const ssize_t n =
		        send(client_socket(c), junk, size, MSG_DONTWAIT | MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		if (n < 0)
			sleep_ms(10);
	}
	assert_true(sent < 32 * size);
	must_reply(c, 200, "/late");
	must_reply(c, 400, NULL);
	free(junk);
	client_close(c);
	fixture_stop(&f);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_deadline__head_that_drips_is_cut),
	        cmocka_unit_test(test_deadline__silence_is_cut_without_a_word),
	        cmocka_unit_test(test_deadline__second_head_has_its_own),
	        cmocka_unit_test(test_deadline__request_has_one_for_all),
	        cmocka_unit_test(test_rate__body_that_drips_is_cut),
	        cmocka_unit_test(test_rate__slow_but_steady_body_arrives),
	        cmocka_unit_test(test_rate__reader_that_stops_is_reset),
	        cmocka_unit_test(test_rate__reader_on_a_thin_line_is_let_be),
	        cmocka_unit_test(test_rate__pauses_of_the_server_are_not_the_reader_s),
	        cmocka_unit_test(test_cap__those_above_are_told_so),
	        cmocka_unit_test(test_cap__listeners_rest_when_too_many_are_told),
	        cmocka_unit_test(test_cap__each_address_has_its_own),
	        cmocka_unit_test(test_cap__flood_of_one_address_keeps_nobody_out),
	        cmocka_unit_test(test_request__read_ahead_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
