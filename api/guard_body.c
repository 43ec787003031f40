/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies that are taken while they come.  evhttp keeps a body in memory until it is
 * whole; of these requests it gets the head, without the lines that tell of a body, and
 * hands it to the handler at once.  The bytes behind the head go to whoever takes them,
 * a piece at a time: while a piece waits nothing is read, and the peer waits as well.
 *
 * The handler is called when the loop turns, never from inside what it calls here.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"

#include "guard_private.h"

/* --- the head --- */

static bool is_field(const char *line, size_t size, const char *name)
{
	const size_t n = strlen(name);

	return size > n && line[n] == ':' && strncasecmp(line, name, n) == 0;
}

static bool tells_of_body(const char *line, size_t size)
{
	static const char *const names[] = {"Content-Length", "Transfer-Encoding",
	                                    "Trailer", "Expect"};

	for (size_t i = 0; i < N_ELEMENTS(names); i++)
		if (is_field(line, size, names[i]))
			return true;
	return false;
}

/* http_head.c has seen to it that a line is a field. */
static void put_head(struct guard *g, const char *head, size_t size, struct evbuffer *to)
{
	for (size_t at = 0, n; at < size; at += n) {
		const char *line = head + at;
		const char *end = memchr(line, '\n', size - at);

		n = end ? (size_t)(end - line) + 1 : size - at;
		if (is_field(line, n, "Expect"))
			g->expects = true;
		if (!tells_of_body(line, n))
			evbuffer_add(to, line, n);
	}
}

bool guard_body_begin(struct guard *g, struct evbuffer *from, struct evbuffer *to,
                      size_t size)
{
	const struct guard_ops *ops = &g->set->ops;

	if (!ops->is_streamed ||
	    !ops->is_streamed(g->stream.method, g->stream.path, ops->ctx))
		return false;
	if (g->state == GUARD_BETWEEN)
		g->request_at = guard_now_ms();
	g->expects = false;
	put_head(g, (const char *)evbuffer_pullup(from, (ev_ssize_t)size), size, to);
	evbuffer_drain(from, size);
	g->body = evbuffer_new();
	return true;
}

/* --- the bytes --- */

bool guard_body_is_left(const struct guard *g)
{
	return g->body && !http_stream_is_at_start(&g->stream);
}

static void wake(struct guard *g)
{
	g->has_news = true;
	event_active(g->turn, EV_READ, 0);
}

static void rest(struct guard *g)
{
	g->reads_body = false;
	guard_set_deadline(g, GUARD_NEVER);
	bufferevent_disable(g->filter, EV_READ);
	guard_read_off(g);
}

static bool has_piece(const struct guard *g)
{
	return http_stream_is_at_start(&g->stream) ||
	       evbuffer_get_length(g->body) >= g->piece;
}

/* What frames the pieces of a chunked body is no part of it.  False: no more for now. */
static bool follow(struct guard *g, struct evbuffer *from)
{
	const enum http_state was = g->stream.state;
	const struct http_step step = guard_look(g, from);

	switch (step.verdict) {
	case HTTP_WAIT:
	case HTTP_HEAD: /* of the next request: not before this one was answered */
		return false;
	case HTTP_REFUSE:
		guard_refuse_step(g);
		guard_body_lose(g);
		return false;
	case HTTP_DROP:
	case HTTP_CHUNK:
		evbuffer_drain(from, step.size);
		return true;
	case HTTP_PASS:
		break;
	}
	g->moved += step.size;
	if (was == HTTP_IN_BODY || was == HTTP_IN_CHUNK)
		evbuffer_remove_buffer(from, g->body, step.size);
	else
		evbuffer_drain(from, step.size);
	return true;
}

void guard_body_input(struct guard *g, struct evbuffer *from)
{
	if (!g->reads_body)
		return;
	while (!has_piece(g) && follow(g, from))
		;
	if (g->state != GUARD_ASKED || !has_piece(g))
		return;
	rest(g);
	wake(g);
}

/* --- the handler --- */

struct guard *guard_find(struct guard_set *set, const struct bufferevent *filter)
{
	struct guard *g;

	TAILQ_FOREACH (g, &set->guards, link)
		if (g->filter == filter)
			return g->body ? g : NULL;
	return NULL;
}

void guard_body_take(struct guard *g, size_t piece, guard_body_fn *fn, void *ctx)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	g->piece = piece;
	g->on_body = fn;
	g->on_body_ctx = ctx;
	if (guard_is_gone(g))
		return; /* it is told so at its end */
	if (g->expects && guard_body_is_left(g))
		bufferevent_write(g->socket, go_on, sizeof(go_on) - 1);
	guard_body_go_on(g);
}

void guard_body_go_on(struct guard *g)
{
	if (!g->on_body || guard_is_gone(g) || g->state != GUARD_ASKED || g->reads_body)
		return;
	if (has_piece(g)) {
		wake(g);
		return;
	}
	g->reads_body = true;
	guard_open_window(g, g->request_at + g->set->limits.stream_ms);
	guard_read_on(g);
	/* evhttp has turned its side off; the input filter gives it nothing. */
	bufferevent_enable(g->filter, EV_READ);
	/* What is there already causes no event. */
	if (evbuffer_get_length(bufferevent_get_input(g->socket)) > 0)
		bufferevent_trigger(g->socket, EV_READ, 0);
}

void guard_body_leave(struct guard *g)
{
	g->on_body = NULL;
	g->has_news = false;
	if (!guard_is_gone(g) && g->state == GUARD_ASKED && g->reads_body)
		rest(g);
}

void guard_body_lose(struct guard *g)
{
	g->reads_body = false;
	if (g->on_body)
		wake(g);
}

void guard_body_tell(struct guard *g)
{
	guard_body_fn *fn = g->on_body;
	enum guard_body_news news = GUARD_BODY_MORE;

	if (!g->has_news || !fn)
		return;
	g->has_news = false;
	if (guard_is_gone(g) || g->state != GUARD_ASKED)
		news = GUARD_BODY_LOST;
	else if (http_stream_is_at_start(&g->stream))
		news = GUARD_BODY_END;
	if (news != GUARD_BODY_MORE)
		g->on_body = NULL;
	fn(news, g->body, g->on_body_ctx);
}

void guard_body_done(struct guard *g)
{
	if (g->body)
		evbuffer_free(g->body);
	g->body = NULL;
	g->on_body = NULL;
	g->has_news = g->reads_body = false;
}
