/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool when its connection breaks amid the opening: a relay lets so many bytes of
 * the server through and then hangs up.  The statements' preparation and the first answer
 * are cut behind every byte, what comes before behind every fifth, or every one with
 * ISOBAR_TEST_ALL.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/pg_fixture.h"
#include "support/pool_calls.h"

#define UNCUT SIZE_MAX

#define ALWAYS_CUT 250 /* so many bytes at the end */

/* One connection at a time, on a socket named as libpq has it. */
struct relay {
	char dir[32];
	struct sockaddr_un own, server;
	struct evconnlistener *listener;
	struct bufferevent *client, *backend;
	size_t limit;    /* bytes of the server that come through */
	size_t n_passed; /* of them, so far */
};

static struct relay relay;

static void hang_up(struct relay *r)
{
	if (r->client)
		bufferevent_free(r->client);
	if (r->backend)
		bufferevent_free(r->backend);
	r->client = r->backend = NULL;
}

static void from_client(struct bufferevent *b, void *ctx)
{
	const struct relay *r = ctx;

	evbuffer_add_buffer(bufferevent_get_output(r->backend), bufferevent_get_input(b));
}

static void from_server(struct bufferevent *b, void *ctx)
{
	struct relay *r = ctx;
	struct evbuffer *in = bufferevent_get_input(b);
	const size_t room = r->limit - r->n_passed, had = evbuffer_get_length(in);
	const int passes = (int)(had < room ? had : room);

	evbuffer_remove_buffer(in, bufferevent_get_output(r->client), (size_t)passes);
	r->n_passed += (size_t)passes;
}

/* All that may pass is on its way: the end follows it. */
static void on_written(struct bufferevent *b, void *ctx)
{
	struct relay *r = ctx;

	(void)b;
	if (r->n_passed == r->limit)
		hang_up(r);
}

static void on_end(struct bufferevent *b, short what, void *ctx)
{
	(void)b;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		hang_up(ctx);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from,
                      int size, void *ctx)
{
	struct relay *r = ctx;

	(void)l;
	(void)from;
	(void)size;
	assert_null(r->client);
	r->n_passed = 0;
	r->client = bufferevent_socket_new(pool_base, fd, BEV_OPT_CLOSE_ON_FREE);
	r->backend = bufferevent_socket_new(pool_base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(r->client, from_client, on_written, on_end, r);
	bufferevent_setcb(r->backend, from_server, NULL, on_end, r);
	assert_int_equal(bufferevent_socket_connect(r->backend,
	                                            (struct sockaddr *)&r->server,
	                                            sizeof(r->server)),
	                 0);
	bufferevent_enable(r->client, EV_READ | EV_WRITE);
	bufferevent_enable(r->backend, EV_READ | EV_WRITE);
}

/* False: the test's server is not reached by a socket of this machine. */
static bool find_server(struct sockaddr_un *server)
{
	PQconninfoOption *options = PQconninfoParse(pg_fixture_conninfo(), NULL);
	const char *host = NULL, *port = NULL;

	assert_non_null(options);
	for (const PQconninfoOption *o = options; o->keyword; o++) {
		if (strcmp(o->keyword, "host") == 0)
			host = o->val;
		if (strcmp(o->keyword, "port") == 0)
			port = o->val;
	}
	const bool is_local = host != NULL && host[0] == '/';

	if (is_local)
		snprintf(server->sun_path, sizeof(server->sun_path), "%s/.s.PGSQL.%s", host,
		         port != NULL ? port : "5432");
	PQconninfoFree(options);
	return is_local;
}

static void relay_begin(struct relay *r)
{
	*r = (struct relay){.dir = "/tmp/isobar-cut.XXXXXX",
	                    .own.sun_family = AF_UNIX,
	                    .server.sun_family = AF_UNIX};
	if (!find_server(&r->server))
		skip();
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->own.sun_path, sizeof(r->own.sun_path), "%s/.s.PGSQL.5432", r->dir);
	r->listener =
	        evconnlistener_new_bind(pool_base, on_accept, r, LEV_OPT_CLOSE_ON_FREE, 5,
	                                (struct sockaddr *)&r->own, sizeof(r->own));
	assert_non_null(r->listener);
}

static void relay_end(struct relay *r)
{
	hang_up(r);
	evconnlistener_free(r->listener);
	unlink(r->own.sun_path);
	rmdir(r->dir);
}

/* What one call gets from a new pool of one connection. */
static struct call ask_through(struct relay *r, size_t limit)
{
	ARENA_SCOPED a = arena_new(512);
	struct call call = {0};
	struct pg_pool *one;

	r->limit = limit;
	n_calls = 0;
	/* What comes later in a string counts. */
	one = make_pool(
	        arena_printf(a, "%s host=%s port=5432", pg_fixture_conninfo(), r->dir),
	        PG_GROUP_READ, 1);
	run(one, &call, DIVIDE, 1, 0);
	if (!wait_for_calls(1, 10000))
		fail_msg("cut behind byte %zu: no answer", limit);
	pg_pool_free(one);
	hang_up(r);
	return call;
}

static void test_pg_pool__outlives_a_cut_behind_a_byte(void **state)
{
	struct call whole;
	const size_t step = getenv("ISOBAR_TEST_ALL") != NULL ? 1 : 5;
	size_t n_bytes;

	(void)state;
	relay_begin(&relay);
	whole = ask_through(&relay, UNCUT);
	assert_int_equal(whole.code, 0);
	n_bytes = relay.n_passed;
	assert_in_range(n_bytes, 200, 5000);
	for (size_t limit = 1; limit < n_bytes;
	     limit += limit + ALWAYS_CUT < n_bytes ? step : 1) {
		struct call cut = ask_through(&relay, limit);

		if (cut.code != ERR_TRANSIENT)
			fail_msg("cut behind byte %zu of %zu: %d %s", limit, n_bytes,
			         (int)cut.code, cut.err.text);
	}
	whole = ask_through(&relay, n_bytes);
	assert_int_equal(whole.code, 0);
	relay_end(&relay);
}

/* --- */

static int setup(void **state)
{
	(void)state;
	pool_calls_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pool_calls_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_pg_pool__outlives_a_cut_behind_a_byte,
	                                        setup, teardown),
	};
	int failed;

	pg_fixture_create("pg_pool_cut");
	pool_calls_tables();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_fixture_drop();
	return failed != 0;
}
