/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random clients, many at a time, which send good requests, broken ones and junk, in
 * pieces, and leave when they like.  The server, built with sanitizers, must go on
 * serving and end well; every answer must be one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "fixture.h"
#include "support/random.h"

#define N_CLIENTS 24 /* at one time */

static const char *const pieces[] = {
        GET,
        GET,
        "HEAD /big HTTP/1.1\r\n" H "\r\n",
        "GET /big HTTP/1.1\r\n" H "\r\n",
        "GET /late?30 HTTP/1.1\r\n" H "\r\n",
        "GET /stream HTTP/1.1\r\n" H "\r\n",
        "GET /own-page HTTP/1.1\r\n" H "\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" H
        "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" H
        "Transfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n",
        "POST /late?20 HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\n" H "Content-Length: 99999999\r\n\r\nxxx",
        "BREW / HTTP/1.1\r\n" H "\r\n",
        "\r\n",
        "GET / HTTP/1.1\r\nHost",
        "\x16\x03\x01\x02",
};

/* A few pieces, some bytes of them changed. */
static void make_text(struct strbuf *out)
{
	static const char favourites[] = "\r\n\t :;,/%0x+-A\x01\x80";

	strbuf_reset(out);
	for (int n = random_below(5); n >= 0; n--)
		strbuf_puts(out, pieces[random_below(N_ELEMENTS(pieces))]);
	if (random_below(2))
		return;
	for (int n = random_below(3); n >= 0; n--)
		out->data[random_below((int)out->size)] =
		        favourites[random_below(sizeof(favourites) - 1)];
}

static void send_some(struct client *c, struct strbuf *text)
{
	size_t at = 0;

	while (at < text->size) {
		size_t n = random_below(3) ? text->size - at : (size_t)random_below(40) + 1;

		n = n < text->size - at ? n : text->size - at;
		if (!client_send(c, text->data + at, n))
			return;
		at += n;
	}
}

/* Reads what there is; it cannot be told which reply is to HEAD, so bytes alone. */
static void read_some(struct client *c)
{
	char buf[4096];

	for (int n = random_below(4); n > 0; n--)
		if (client_read(c, buf, sizeof(buf), random_below(20)) <= 0)
			return;
}

static void leave(struct client **c)
{
	if (*c && random_below(2))
		client_reset(*c);
	else
		client_close(*c);
	*c = NULL;
}

/* What was left behind runs into its deadlines first. */
static void must_serve_soon(const struct fixture *f)
{
	struct reply r;
	const char *why;
	bool is_served = false;

	for (int i = 0; i < 100 && !is_served; i++) {
		struct client *c = client_open(&f->target);

		sleep_ms(50);
		if (!c)
			continue;
		client_send(c, GET, sizeof(GET) - 1);
		is_served = client_reply(c, false, 5000, &r, &why) && r.status == 200;
		reply_done(&r);
		client_close(c);
	}
	assert_true(is_served);
}

static void test_attack__server_goes_on(void **state)
{
	const int n_rounds = getenv("ISOBAR_TEST_ALL") ? 20000 : 2000;
	struct client *clients[N_CLIENTS] = {NULL};
	struct strbuf text = {0};
	struct fixture f;

	(void)state;
	random_begin(20261125);
	FIXTURE_START(&f, "head_ms=200", "window_ms=100", "idle_ms=150", "linger_ms=100",
	              "max_connections=16", "max_per_address=14", "max_refusing=6",
	              "full_ms=100");
	for (int i = 0; i < n_rounds; i++) {
		struct client **c = &clients[random_below(N_CLIENTS)];

		if (!*c && !(*c = client_open(&f.target)))
			continue; /* over TLS the handshake may be cut */
		make_text(&text);
		send_some(*c, &text);
		read_some(*c);
		if (random_below(3) == 0)
			leave(c);
		if (i % 500 == 499) {
			for (int j = 0; j < N_CLIENTS; j++)
				leave(&clients[j]);
			must_serve_soon(&f);
		}
	}
	for (int j = 0; j < N_CLIENTS; j++)
		client_close(clients[j]);
	fixture_stop(&f);
	printf("%s", strstr(f.said.data, "open "));
	assert_true(fixture_count(&f, "accepted") > 100);
	strbuf_done(&text);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_attack__server_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
