/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_APP_H
#define ISOBAR_APP_H

#include <sys/queue.h>

#include "cursor.h"
#include "metrics.h"
#include "rate_limit.h"
#include "settings.h"

struct event_base;
struct pg_pool;
struct pg_notify;
struct server;
struct auth;
struct org_states;
struct risk_feeds;
struct responsibility_tables;

struct request;
TAILQ_HEAD(request_list, request);

/*
 * What one process of the api consists of.  Made by worker.c, handed to every
 * request; nothing here is global.
 */
struct app {
	const struct api_settings *settings;
	struct event_base *base;
	struct server *server;
	struct pg_pool *pool;      /* of requests */
	struct pg_pool *slow_pool; /* of those that read all of an org: one at a time */
	struct pg_pool *feed_pool; /* of the indexes: a long load delays no request */
	struct pg_notify *notify;
	struct request_list requests; /* under way */
	struct auth *auth;
	struct org_states *states;
	struct risk_feeds *feeds;
	struct metrics *metrics;                            /* shared by all processes */
	struct rate_limit *rate_limit;                      /* likewise */
	const struct responsibility_tables *responsibility; /* of the catalogue */
	const unsigned char *cursor_key;                    /* CURSOR_KEY_SIZE bytes */
	unsigned int n_pushes; /* bodies that are coming, for ingest.c */
	unsigned int n_keys;   /* requests with an Idempotency-Key, for body.c */
	/* What the database said last to "which version are you?". */
	int64_t schema_seen_at; /* of request_clock(); 0: nothing yet */
	int schema_version;
};

#endif
