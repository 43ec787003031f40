/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading from a socket without TLS, in place of the bufferevent's own, which asks the
 * kernel how much there is before it reads, and which evhttp turns off and on again with
 * each request: two system calls more for each small reply.
 */
#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/socket.h>

#include "guard_private.h"

#define READ_MAX (16 * 1024) /* as libevent's sockets */

void guard_read_on(struct guard *g)
{
	if (g->reader)
		event_add(g->reader, NULL);
	else
		bufferevent_enable(g->socket, EV_READ);
}

void guard_read_off(struct guard *g)
{
	if (g->reader)
		event_del(g->reader);
	else
		bufferevent_disable(g->socket, EV_READ);
}

static bool takes_bytes(const struct guard *g)
{
	return g->state == GUARD_ASKED ? g->reads_body : g->state != GUARD_REPLYING;
}

static void lose(struct guard *g, int what)
{
	guard_read_off(g);
	bufferevent_trigger_event(g->socket, (short)(BEV_EVENT_READING | what), 0);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct guard *g = ctx;
	struct evbuffer *input = bufferevent_get_input(g->socket);
	char bytes[READ_MAX];
	ssize_t n;

	(void)what;
	if (guard_is_gone(g))
		return;
	if (!takes_bytes(g)) {
		guard_read_off(g);
		return;
	}
	n = recv(fd, bytes, sizeof(bytes), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(g, n == 0 ? BEV_EVENT_EOF : BEV_EVENT_ERROR);
		return;
	}
	evbuffer_unfreeze(input, 0); /* a socket's buffer is the library's to fill */
	evbuffer_add(input, bytes, (size_t)n);
	evbuffer_freeze(input, 0);
	bufferevent_trigger(g->socket, EV_READ, 0);
}

void guard_read_start(struct guard *g)
{
	if (g->set->tls)
		return;
	bufferevent_disable(g->socket, EV_READ);
	g->reader = event_new(event_get_base(g->turn), bufferevent_getfd(g->filter),
	                      EV_READ | EV_PERSIST, on_readable, g);
	assert(g->reader); /* as in guard_new() */
	guard_read_on(g);
}
