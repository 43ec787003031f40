/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REQUEST_H
#define ISOBAR_REQUEST_H

#include <sys/queue.h>

#include "model/access.h"
#include "model/org.h"
#include "model/sla.h"
#include "store/pg.h"

#include "app.h"
#include "problem.h"
#include "rate_limit.h"
#include "request_id.h"
#include "router.h"

struct evhttp_request;
struct event;
struct identity;
struct policy_rows;

/* Called once when what a request waits for is there; with err, when it is not. */
typedef void request_wait_fn(struct request *req, const struct error *err);
/* Goes on with the result of a query; errors are answered before. */
typedef void request_result_fn(struct request *req, const PGresult *result);

/*
 * One request, from its head to its answer.  Whatever it needs lives in its arena;
 * request.c frees it after the answer.  It waits for one thing at a time: a query, or
 * something that several requests want at once (a token, the state of an org).
 */
struct request {
	struct app *app;
	struct evhttp_request *http;
	struct arena *arena;
	const char *id; /* in the answer, the log and every problem document */
	bool is_traced;
	struct trace_parent trace; /* when is_traced: what the request is a part of */
	const char *method, *path, *query; /* query is NULL without '?' */
	const char *address;               /* of the client */
	bool is_head;
	struct route_match match;
	int64_t started_at; /* monotonic microseconds */
	timestamp now;      /* one clock for the whole answer */

	/* Who asks; set before the handler unless the route is public. */
	struct org org;
	const char *principal;
	const struct access *access; /* of the identity */
	struct identity *identity;   /* auth.c's; held until the answer */
	struct rate_budget budget;
	struct rate_answer rate;
	bool has_bad_token; /* and was refused for it */

	/* What it waits for. */
	struct pg_query *pg_query;
	request_result_fn *on_result;
	TAILQ_ENTRY(request) waiting; /* in a list of those that wait */
	struct request_list *waits_in;
	request_wait_fn *on_wait;
	request_wait_fn *on_known; /* auth.c's */
	struct event *deadline;    /* made by the first wait */

	void (*on_new)(struct request *req); /* of body.c and decide.c */

	struct policy_rows *policy_rows;
	struct sla_policies policies; /* of the org, for what decides about clocks */

	void *handler_data; /* the handler's own, in the arena unless on_end frees it */
	void (*on_end)(struct request *req); /* NULL: there is nothing to free */

	TAILQ_ENTRY(request) living; /* in app->requests */
};

/* Runs the route of an incoming request; the server's callback. */
void request_begin(struct evhttp_request *http, void *app);
/* Answers all that are under way with 503: the process ends. */
void request_fail_all(struct app *app);

/* The clock of started_at: monotonic microseconds. */
int64_t request_clock(void);

/* A header of the request, or NULL. */
const char *request_header(const struct request *req, const char *name);

/* The bytes of its body in one piece, "" without one; they live as the request. */
const char *request_body(const struct request *req, size_t *size);

/* The text of a parameter of the path, decoded; NULL: it can't be. */
const char *request_param(struct request *req, size_t i);

/*
 * Asks the database in the request's org (or none, before it is known).  An error is
 * answered with 503 or 500 and the handler is not called back.
 */
void request_query(struct request *req, enum statement stmt, struct pg_params *params,
                   bool binary, request_result_fn *then);
/* The same for what takes seconds: these wait for each other, and nobody for them. */
void request_query_slow(struct request *req, enum statement stmt, struct pg_params *params,
                        request_result_fn *then);

/* The time for an answer begins anew: the client has sent more of its body. */
void request_restart_deadline(struct request *req);

/* Puts the request into a list; whoever owns the list calls request_wake(). */
void request_wait(struct request *req, struct request_list *list, request_wait_fn *then);
/* Takes it out and calls it on. */
void request_wake(struct request *req, const struct error *err);
/* All of a list, as long as they were in it at the call. */
void request_wake_all(struct request_list *list, const struct error *err);

/* respond.c, after the answer was handed over: counts, logs, frees. */
void request_end(struct request *req, int status, size_t size);

#endif
