/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_NOTIFY_H
#define ISOBAR_PG_NOTIFY_H

#include "store/pg.h"

/*
 * LISTEN on the event loop, by one connection of its own: what keeps a cache in
 * memory true.  The rule for its owner: drop all when fn is called with NULL, drop
 * what a notification names, and trust nothing while pg_notify_is_up() is false.
 */
struct event_base;
struct pg_notify;

/*
 * channel NULL: connected anew, anything may have been missed; payload is NULL too.
 * Otherwise a notification, payload "" if it has none.  May not free the listener.
 */
typedef void pg_notify_fn(const char *channel, const char *payload, void *ctx);

/*
 * options, its strings and the names of the channels are copied.  A connection that
 * is lost is opened again within 2 s; one whose peer vanished is noticed after 40 s
 * at most.
 */
struct pg_notify *pg_notify_new(struct event_base *base, const struct pg_options *options,
                                const char *const *channels, size_t n_channels,
                                pg_notify_fn *fn, void *ctx);
void pg_notify_free(struct pg_notify *notify); /* fn is not called any more; NULL is fine */

bool pg_notify_is_up(const struct pg_notify *notify);

#endif
