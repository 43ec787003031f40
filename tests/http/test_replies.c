/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guard must not break: keep-alive, pipelining, HTTP/1.0, large, late and
 * streamed replies, clients that leave.  Run plain and, with ISOBAR_TEST_TLS=1, over TLS.
 */
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

#define BIG_SIZE  (2 << 20)
#define PATIENCE  10000
#define POST_ECHO "POST /echo HTTP/1.1\r\n" H

static struct fixture server;

static int start(void **state)
{
	(void)state;
	FIXTURE_START(&server, "max_per_address=0", "window_ms=1000");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fixture_stop(&server);
	fixture_done(&server);
	return 0;
}

static void test_reply__connection_is_kept(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	for (int i = 0; i < 50; i++) {
		char text[100], want[100];

		snprintf(text, sizeof(text), "GET /%d HTTP/1.1\r\n" H "\r\n", i);
		snprintf(want, sizeof(want), "\"target\":\"/%d\"", i);
		must_send(c, text);
		must_reply(c, 200, want);
	}
	client_close(c);
}

static void test_reply__head_has_headers_alone(void **state)
{
	struct client *c = must_open(&server);
	struct reply r;
	const char *why, *length;

	(void)state;
	must_send(c, "HEAD /big HTTP/1.1\r\n" H "\r\n");
	assert_true(client_reply(c, true, PATIENCE, &r, &why));
	assert_int_equal(r.status, 200);
	length = reply_header(&r, "Content-Length");
	assert_non_null(length);
	assert_int_equal(strtoul(length, NULL, 10), BIG_SIZE);
	reply_done(&r);
	/* What comes next is the next reply, not a body. */
	must_send(c, GET);
	must_reply(c, 200, "\"method\":\"GET\"");
	client_close(c);
}

static void test_reply__some_have_no_body(void **state)
{
	struct client *c = must_open(&server);
	struct reply r;
	const char *why;

	(void)state;
	for (unsigned int status = 204; status <= 304; status += 100) {
		char text[100];

		snprintf(text, sizeof(text), "GET /%u HTTP/1.1\r\n" H "\r\n", status);
		must_send(c, text);
		assert_true(client_reply(c, false, PATIENCE, &r, &why));
		assert_int_equal(r.status, status);
		assert_null(reply_header(&r, "Content-Length"));
		reply_done(&r);
	}
	must_send(c, GET);
	must_reply(c, 200, NULL);
	client_close(c);
}

static void test_reply__pipelined_ones_come_in_order(void **state)
{
	struct client *c = must_open(&server);
	struct strbuf all = {0};

	(void)state;
	/* The late ones must not be overtaken. */
	for (int i = 0; i < 30; i++)
		strbuf_printf(&all, "GET /%s%d HTTP/1.1\r\n" H "\r\n", i % 3 ? "" : "late?",
		              i);
	must_send(c, all.data);
	for (int i = 0; i < 30; i++) {
		char want[100];

		snprintf(want, sizeof(want), "\"target\":\"/%s%d\"", i % 3 ? "" : "late?",
		         i);
		must_reply(c, 200, want);
	}
	strbuf_done(&all);
	client_close(c);
}

static void test_reply__refusal_waits_for_the_replies_owed(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	must_send(c, "GET /late?200 HTTP/1.1\r\n" H "\r\n" GET POST_ECHO
	             "Content-Length: 3\r\n\r\nabc"
	             "GET /bad HTTP/1.1\r\nHost : a\r\n\r\n" GET GET);
	must_reply(c, 200, "/late");
	must_reply(c, 200, "\"target\":\"/\"");
	must_reply(c, 200, "abc");
	must_reply(c, 400, "\"instance\":\"/bad\"");
	must_end(c, PATIENCE);
	client_close(c);
}

static void test_reply__http_1_0_ends_with_the_reply(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	must_send(c, "GET / HTTP/1.0\r\n\r\n");
	must_reply(c, 200, "\"target\":\"/\"");
	must_end(c, PATIENCE);
	client_close(c);
	c = must_open(&server);
	for (int i = 0; i < 3; i++) {
		must_send(c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
		must_reply(c, 200, "\"target\":\"/\"");
	}
	client_close(c);
}

static void must_get_big(struct client *c)
{
	struct reply r;
	const char *why;

	if (!client_reply(c, false, PATIENCE, &r, &why))
		fail_msg("%s", why);
	assert_int_equal(r.body.size, BIG_SIZE);
	reply_done(&r);
}

static void test_reply__large_ones_come_whole(void **state)
{
	static const char *const asks[] = {
	        "GET /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n",
	        "GET /big HTTP/1.1\r\n" H "Connection: TE, close\r\n\r\n",
	        "GET /big HTTP/1.0\r\n\r\n",
	};
	struct client *c;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(asks); i++) {
		c = must_open(&server);
		must_send(c, asks[i]);
		must_get_big(c);
		must_end(c, PATIENCE);
		client_close(c);
	}
	c = must_open(&server);
	for (int i = 0; i < 3; i++) {
		must_send(c, "GET /big HTTP/1.1\r\n" H "\r\n");
		must_get_big(c);
	}
	client_close(c);
}

/* 2 MB through a small window, for many of the server's. */
static void test_reply__slow_but_steady_reader_gets_all(void **state)
{
	struct client *c = must_open_narrow(&server, 32768);
	char *buf = xmalloc(65536);
	size_t got = 0;
	ssize_t n;

	(void)state;
	must_send(c, "GET /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
	while ((n = client_read(c, buf, 32768, PATIENCE)) > 0) {
		got += (size_t)n;
		sleep_ms(40);
	}
	assert_int_equal(n, 0);
	assert_true(got > BIG_SIZE);
	free(buf);
	client_close(c);
}

static void test_reply__streams_in_chunks(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	must_send(c, "GET /stream HTTP/1.1\r\n" H "\r\n" GET);
	must_reply(c, 200, "chunk 6\nchunk 5\nchunk 4\nchunk 3\nchunk 2\n");
	must_reply(c, 200, "\"target\":\"/\"");
	must_send(c, "GET /stream HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
	must_reply(c, 200, "chunk 6\nchunk 5\nchunk 4\nchunk 3\nchunk 2\n");
	must_end(c, PATIENCE);
	client_close(c);
}

static void test_reply__reaches_who_has_ended_its_output(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	must_send(c, "GET /late?200 HTTP/1.1\r\n" H "\r\n" GET);
	client_end_output(c);
	must_reply(c, 200, "/late");
	must_reply(c, 200, "\"target\":\"/\"");
	must_end(c, PATIENCE);
	client_close(c);
}

static void test_reply__client_may_be_gone(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct client *c = must_open(&server);

		must_send(c, i & 1 ? "GET /late?50 HTTP/1.1\r\n" H "\r\n"
		                   : "POST /late?50 HTTP/1.1\r\n" H
		                     "Content-Length: 5\r\n\r\nhello");
		if (i % 4 < 2)
			client_reset(c);
		else
			client_close(c);
	}
	/* In the middle of all kinds of things. */
	for (int i = 0; i < 200; i++) {
		static const char *const beginnings[] = {
		        "GE",
		        GET,
		        "GET /big HTTP/1.1\r\n" H "\r\n",
		        "GET /stream HTTP/1.1\r\n" H "\r\n",
		        "BREW / HTTP/1.1\r\n\r\n",
		        POST_ECHO "Content-Length: 5\r\n\r\nhel",
		        POST_ECHO "Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
		        POST_ECHO "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"};
		struct client *c = must_open(&server);

		must_send(c, beginnings[i % N_ELEMENTS(beginnings)]);
		if (i & 8)
			sleep_ms(1);
		if (i & 16)
			client_reset(c);
		else
			client_close(c);
	}
	sleep_ms(200);
	must_serve(&server);
}

static void test_request__may_come_byte_by_byte(void **state)
{
	static const char text[] =
	        POST_ECHO "Transfer-Encoding: chunked\r\n\r\n"
	                  "3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nT: u\r\n\r\n" GET;
	struct client *c = must_open(&server);

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		assert_true(client_send(c, text + i, 1));
		if (i % 8 == 0)
			sleep_ms(1);
	}
	must_reply(c, 200, "abcdefg");
	must_reply(c, 200, "\"target\":\"/\"");
	client_close(c);
}

static void test_request__large_body_comes_whole(void **state)
{
	const size_t size = 1 << 20;
	char *body = xmalloc(size);
	struct client *c = must_open(&server);
	struct reply r;
	const char *why;

	(void)state;
	for (size_t i = 0; i < size; i++)
		body[i] = (char)(i * 7 + i / 1000);
	for (int i = 0; i < 2; i++) {
		must_send(c, POST_ECHO "Content-Length: 1048576\r\n\r\n");
		assert_true(client_send(c, body, size));
		assert_true(client_reply(c, false, PATIENCE, &r, &why));
		assert_int_equal(r.body.size, size);
		assert_memory_equal(r.body.data, body, size);
		reply_done(&r);
	}
	free(body);
	client_close(c);
}

static void test_request__continue_is_said_before_a_body(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	for (int i = 0; i < 3; i++) {
		must_send(c, POST_ECHO "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
		must_reply(c, 100, NULL);
		must_send(c, "hello");
		must_reply(c, 200, "hello");
	}
	/* A body that nobody waits to be asked for. */
	must_send(c,
	          POST_ECHO "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello" GET);
	must_reply(c, 200, "hello");
	must_reply(c, 200, "\"target\":\"/\"");
	/* And one that is too large is refused before it is sent. */
	must_send(c, POST_ECHO "Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
	must_reply(c, 413, "payload-too-large");
	must_end(c, PATIENCE);
	client_close(c);
}

/* After "100 Continue" evhttp's write callback is set while it reads. */
static void test_request__late_reply_after_continue(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	for (int i = 0; i < 3; i++) {
		must_send(c, "POST /late?30 HTTP/1.1\r\n" H
		             "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
		must_reply(c, 100, NULL);
		must_send(c, "hello" GET);
		must_reply(c, 200, "\"body\":5");
		must_reply(c, 200, "\"target\":\"/\"");
	}
	client_close(c);
}

/* Whoever sends all before it reads must not find a reset in the place of the answer. */
static void test_refusal__reaches_who_is_still_sending(void **state)
{
	const size_t size = 3 << 20;
	char *body = xcalloc(1, size);

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct client *c = must_open(&server);

		must_send(c, POST_ECHO "Content-Length: 3145728\r\n\r\n");
		assert_true(client_send(c, body, size));
		must_reply(c, 413, "payload-too-large");
		client_close(c);
	}
	free(body);
}

static void test_request__id_is_taken_or_made(void **state)
{
	struct client *c = must_open(&server);
	struct reply r;
	const char *why, *id;

	(void)state;
	must_send(c, "GET /problem HTTP/1.1\r\n" H "X-Request-Id: my-own.1\r\n\r\n");
	assert_true(client_reply(c, false, PATIENCE, &r, &why));
	assert_int_equal(r.status, 429);
	assert_string_equal(reply_header(&r, "X-Request-Id"), "my-own.1");
	assert_string_equal(reply_header(&r, "Retry-After"), "7");
	assert_non_null(strstr(r.body.data, "\"request_id\":\"my-own.1\""));
	assert_non_null(strstr(r.body.data, "\"instance\":\"/problem\""));
	reply_done(&r);
	must_send(c, "GET / HTTP/1.1\r\n" H "X-Request-Id: <script>\r\n\r\n");
	assert_true(client_reply(c, false, PATIENCE, &r, &why));
	id = reply_header(&r, "X-Request-Id");
	assert_int_equal(strlen(id), 32);
	reply_done(&r);
	client_close(c);
}

static void test_reply__evhttp_gives_none_of_its_own(void **state)
{
	struct client *c = must_open(&server);

	(void)state;
	must_send(c, GET "GET /own-page HTTP/1.1\r\n" H "\r\n");
	must_reply(c, 200, NULL);
	must_reply(c, 400, "/problems/invalid-request");
	must_end(c, PATIENCE);
	client_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_reply__connection_is_kept),
	        cmocka_unit_test(test_reply__head_has_headers_alone),
	        cmocka_unit_test(test_reply__some_have_no_body),
	        cmocka_unit_test(test_reply__pipelined_ones_come_in_order),
	        cmocka_unit_test(test_reply__refusal_waits_for_the_replies_owed),
	        cmocka_unit_test(test_reply__http_1_0_ends_with_the_reply),
	        cmocka_unit_test(test_reply__large_ones_come_whole),
	        cmocka_unit_test(test_reply__slow_but_steady_reader_gets_all),
	        cmocka_unit_test(test_reply__streams_in_chunks),
	        cmocka_unit_test(test_reply__reaches_who_has_ended_its_output),
	        cmocka_unit_test(test_reply__client_may_be_gone),
	        cmocka_unit_test(test_reply__evhttp_gives_none_of_its_own),
	        cmocka_unit_test(test_request__may_come_byte_by_byte),
	        cmocka_unit_test(test_request__large_body_comes_whole),
	        cmocka_unit_test(test_request__continue_is_said_before_a_body),
	        cmocka_unit_test(test_request__late_reply_after_continue),
	        cmocka_unit_test(test_refusal__reaches_who_is_still_sending),
	        cmocka_unit_test(test_request__id_is_taken_or_made),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
