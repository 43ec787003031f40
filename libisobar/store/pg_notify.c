/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One evented connection that listens.  It runs a small query now and then: a peer
 * that vanished without a word would else look like one with nothing to say.
 */
#include "store/pg_notify.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/pg_conn.h"

#define PING_EVERY_MS   30000
#define PING_TIMEOUT_MS 5000

struct pg_notify {
	struct arena *arena; /* of options and channels */
	struct pg_options options;
	struct pg_conn *conn;
	struct event *timer; /* armed while the connection is up */
	pg_notify_fn *fn;
	void *ctx;
};

static void ping_later(struct pg_notify *notify)
{
	const struct timeval wait = {.tv_sec = PING_EVERY_MS / 1000};

	event_add(notify->timer, &wait);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	const struct pg_call ping = {.stmt = STMT_PING, .timeout_ms = PING_TIMEOUT_MS};
	struct pg_notify *notify = ctx;

	(void)fd;
	(void)what;
	if (!pg_conn_is_up(notify->conn))
		return;
	pg_conn_send(notify->conn, &ping, notify);
	pg_conn_flush(notify->conn);
}

static void on_done(struct pg_conn *conn, void *tag, PGresult *result,
                    const struct error *err, void *ctx)
{
	(void)conn;
	(void)tag;
	(void)err; /* then the connection is lost as well */
	PQclear(result);
	ping_later(ctx);
}

static void on_up(struct pg_conn *conn, void *ctx)
{
	struct pg_notify *notify = ctx;

	(void)conn;
	ping_later(notify);
	notify->fn(NULL, NULL, notify->ctx);
}

static void on_down(struct pg_conn *conn, bool was_up, const struct error *err, void *ctx)
{
	struct pg_notify *notify = ctx;

	(void)conn;
	(void)was_up;
	(void)err;
	event_del(notify->timer);
}

static void on_notified(struct pg_conn *conn, const char *channel, const char *payload,
                        void *ctx)
{
	struct pg_notify *notify = ctx;

	(void)conn;
	notify->fn(channel, payload, notify->ctx);
}

static const char *const *copy_texts(struct arena *arena, const char *const *texts,
                                     size_t n)
{
	const char **copy = ARENA_ARRAY(arena, const char *, n);

	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(arena, texts[i]);
	return copy;
}

struct pg_notify *pg_notify_new(struct event_base *base, const struct pg_options *options,
                                const char *const *channels, size_t n_channels,
                                pg_notify_fn *fn, void *ctx)
{
	struct pg_notify *notify = xcalloc(1, sizeof(*notify));
	const struct pg_conn_owner owner = {.up = on_up,
	                                    .down = on_down,
	                                    .done = on_done,
	                                    .notified = on_notified,
	                                    .ctx = notify};

	notify->arena = arena_new(512);
	notify->options = pg_evented_options(notify->arena, options);
	notify->options.groups = PG_GROUP_EVENTED; /* it runs nothing else */
	notify->fn = fn;
	notify->ctx = ctx;
	notify->timer = event_new(base, -1, 0, on_timer, notify);
	notify->conn = pg_conn_new(base, &notify->options, PG_PIPELINE_MOST, &owner);
	pg_conn_listen(notify->conn, copy_texts(notify->arena, channels, n_channels),
	               n_channels);
	return notify;
}

void pg_notify_free(struct pg_notify *notify)
{
	if (notify == NULL)
		return;
	pg_conn_free(notify->conn);
	event_free(notify->timer);
	arena_free(notify->arena);
	free(notify);
}

bool pg_notify_is_up(const struct pg_notify *notify)
{
	return pg_conn_is_up(notify->conn);
}
