/* SPDX-License-Identifier: Apache-2.0 */
/* A server's sockets by systemd's protocol, and that it can be made and freed unused. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/server.h"

static void on_request(struct evhttp_request *req, void *ctx)
{
	(void)req;
	(void)ctx;
	fail();
}

static struct server *make(struct event_base *base)
{
	struct server *server;
	struct error err;

	if (server_new(&(struct server_options){.base = base, .on_request = on_request},
	               &server, &err) < 0)
		fail_msg("%s", err.text);
	return server;
}

static void test_server__may_go_unused(void **state)
{
	struct event_base *base = event_base_new();
	struct server *server = make(base);
	struct guard_counts counts;

	(void)state;
	assert_int_equal(server_port(server), 0);
	assert_false(server_is_draining(server));
	server_counts(server, &counts);
	assert_int_equal(counts.open, 0);
	server_free(server);
	server_free(NULL);
	event_base_free(base);
}

/* A listening socket as file 3; what was there before is returned. */
static int put_socket_at_3(uint16_t *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(in);
	const int fd = socket(AF_INET, SOCK_STREAM, 0), before = dup(3);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, size), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	*port = ntohs(in.sin_port);
	if (fd != 3) {
		assert_int_equal(dup2(fd, 3), 3);
		close(fd);
	}
	return before;
}

static void test_server__takes_sockets_of_systemd(void **state)
{
	uint16_t port;
	const int before = put_socket_at_3(&port); /* or the base would have that number */
	struct event_base *base = event_base_new();
	struct server *server = make(base);
	char pid[16], other[16];
	struct error err;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	snprintf(other, sizeof(other), "%d", (int)getppid());
	assert_int_equal(server_listen_inherited(server, NULL, NULL, &err), 0);
	assert_int_equal(server_listen_inherited(server, pid, NULL, &err), 0);
	assert_int_equal(server_listen_inherited(server, other, "1", &err), 0);
	assert_int_equal(server_listen_inherited(server, pid, "0", &err), 0);
	assert_int_equal(server_listen_inherited(server, pid, "x", &err), ERR_INVALID);
	assert_int_equal(server_listen_inherited(server, pid, "-1", &err), ERR_INVALID);
	assert_int_equal(server_listen_inherited(server, pid, "1000", &err), ERR_INVALID);
	assert_int_equal(server_listen_inherited(server, "1x", "1", &err), ERR_INVALID);
	assert_int_equal(server_listen_inherited(server, pid, "1", &err), 1);
	assert_int_equal(server_port(server), port);
	server_free(server);
	event_base_free(base);
	if (before >= 0) {
		dup2(before, 3);
		close(before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_server__may_go_unused),
	        cmocka_unit_test(test_server__takes_sockets_of_systemd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
