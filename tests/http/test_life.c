/* SPDX-License-Identifier: Apache-2.0 */
/* How a server begins and ends: listeners of all kinds, and the drain. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"

#define PATIENCE 10000

/* ---- listeners ---- */

static void test_listen__several_addresses_on_one_port(void **state)
{
	struct fixture f;

	(void)state;
	FIXTURE_START(&f, "address=127.0.0.1", "address=::1");
	must_serve(&f);
	f.target.address = "::1";
	must_serve(&f);
	fixture_stop(&f);
	fixture_done(&f);
}

static void test_listen__several_processes_on_one_port(void **state)
{
	struct fixture a, b;
	char port[32];

	(void)state;
	FIXTURE_START(&a, "port=0");
	snprintf(port, sizeof(port), "port=%u", a.target.port);
	FIXTURE_START(&b, port);
	for (int i = 0; i < 60; i++)
		must_serve(&a);
	/* The one that stays takes them all. */
	fixture_stop(&a);
	for (int i = 0; i < 20; i++)
		must_serve(&b);
	fixture_stop(&b);
	/* By chance alone one would get none of 60 once in 2^59 runs. */
	assert_true(fixture_count(&a, "requests") > 0);
	assert_true(fixture_count(&b, "requests") > 20);
	fixture_done(&a);
	fixture_done(&b);
}

static void test_listen__socket_of_the_parent(void **state)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct fixture f;
	char argument[32];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 10), 0);
	snprintf(argument, sizeof(argument), "fd=%d", fd);
	FIXTURE_START(&f, argument);
	close(fd);
	must_serve(&f);
	fixture_stop(&f);
	fixture_done(&f);
}

static void test_listen__errors_are_one_line(void **state)
{
	static const struct {
		const char *argument, *text;
	} rows[] = {
	        {"address=localhost", "\"localhost\" is no IPv4 or IPv6 address"},
	        {"address=192.0.2.1", "cannot listen on 192.0.2.1 port 0"},
	        {"fd=0", "file 0: "},
	        {"head_ms=0", "head_ms is 0"},
	        {"max_connections=1000000", "open files, and the limit is"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct fixture f;

		fixture_fail(&f, rows[i].argument);
		if (!strstr(strbuf_text(&f.said), rows[i].text))
			fail_msg("%s: %s", rows[i].argument, strbuf_text(&f.said));
		fixture_done(&f);
	}
}

/* ---- the drain ---- */

static void must_be_closed_for_new(const struct fixture *f)
{
	struct client *c = NULL;

	/* The signal has its way to go. */
	for (int i = 0; i < 100 && (c = client_open(&f->target)); i++) {
		client_close(c);
		sleep_ms(20);
	}
	assert_null(c);
}

static void must_reply_and_close(struct client *c, const char *body)
{
	struct reply r;
	const char *why, *connection;

	if (!client_reply(c, false, PATIENCE, &r, &why))
		fail_msg("%s", why);
	connection = reply_header(&r, "Connection");
	assert_non_null(connection);
	assert_string_equal(connection, "close");
	assert_non_null(strstr(r.body.data, body));
	reply_done(&r);
	must_end(c, PATIENCE);
}

static void test_drain__finishes_what_was_asked(void **state)
{
	struct fixture f;
	struct client *idle, *asked, *in_head, *in_body;
	int since;

	(void)state;
	FIXTURE_START(&f, "max_per_address=0");
	idle = must_open(&f);
	must_send(idle, GET);
	must_reply(idle, 200, NULL);
	asked = must_open(&f);
	must_send(asked, "GET /late?800 HTTP/1.1\r\n" H "\r\n" GET);
	in_head = must_open(&f);
	must_send(in_head, GET "GET /half");
	must_reply(in_head, 200, NULL);
	in_body = must_open(&f);
	must_send(in_body, "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhe");
	sleep_ms(200);
	since = elapsed_ms();
	kill(f.pid, SIGTERM);
	/* A kept connection goes at once, the listener too. */
	must_end(idle, 500);
	must_be_closed_for_new(&f);
	must_send(in_head, " HTTP/1.1\r\n" H "\r\n");
	must_reply_and_close(in_head, "/half");
	must_send(in_body, "llo");
	must_reply_and_close(in_body, "hello");
	must_reply_and_close(asked, "/late?800");
	fixture_reap(&f);
	assert_true(elapsed_ms() - since < 2500);
	assert_non_null(strstr(f.said.data, "drained in time"));
	client_close(idle);
	client_close(asked);
	client_close(in_head);
	client_close(in_body);
	fixture_done(&f);
}

static void test_drain__lets_a_new_connection_ask_once(void **state)
{
	struct fixture f;
	struct client *asks, *silent;

	(void)state;
	FIXTURE_START(&f, "max_per_address=0");
	asks = must_open(&f);
	silent = must_open(&f);
	sleep_ms(100);
	kill(f.pid, SIGTERM);
	must_be_closed_for_new(&f);
	must_send(asks, GET);
	must_reply_and_close(asks, "\"target\":\"/\"");
	must_end(silent, 2000);
	fixture_reap(&f);
	assert_non_null(strstr(f.said.data, "drained in time"));
	client_close(asks);
	client_close(silent);
	fixture_done(&f);
}

static void test_drain__with_nobody_there_ends_at_once(void **state)
{
	struct fixture f;
	int since;

	(void)state;
	FIXTURE_START(&f, "port=0");
	since = elapsed_ms();
	fixture_stop(&f);
	assert_true(elapsed_ms() - since < 2000);
	assert_non_null(strstr(f.said.data, "drained in time"));
	fixture_done(&f);
}

/* What is asked and not answered by the deadline is cut; its handler still answers, to
 * nobody. */
static void test_drain__has_a_deadline(void **state)
{
	struct fixture f;
	struct client *late, *slow;

	(void)state;
	FIXTURE_START(&f, "max_per_address=0");
	late = must_open(&f);
	must_send(late, "GET /late?20000 HTTP/1.1\r\n" H "\r\n");
	slow = must_open(&f);
	must_send(slow, "POST /late?20000 HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello");
	sleep_ms(100);
	kill(f.pid, SIGTERM);
	must_end(late, 6000); /* DRAIN_MS of http_server.c is 3 s */
	must_end(slow, 6000);
	fixture_reap(&f);
	assert_non_null(strstr(f.said.data, "drained late"));
	client_close(late);
	client_close(slow);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_listen__several_addresses_on_one_port),
	        cmocka_unit_test(test_listen__several_processes_on_one_port),
	        cmocka_unit_test(test_listen__socket_of_the_parent),
	        cmocka_unit_test(test_listen__errors_are_one_line),
	        cmocka_unit_test(test_drain__finishes_what_was_asked),
	        cmocka_unit_test(test_drain__lets_a_new_connection_ask_once),
	        cmocka_unit_test(test_drain__with_nobody_there_ends_at_once),
	        cmocka_unit_test(test_drain__has_a_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
