/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's way through the api: its route, who asks and may they, the handler;
 * then waiting, and its end.  Every way out answers exactly once, by respond.c.
 */
#include "request.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "access_log.h"
#include "auth.h"
#include "respond.h"
#include "server.h"

int64_t request_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

const char *request_header(const struct request *req, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(req->http), name);
}

const char *request_body(const struct request *req, size_t *size)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(req->http);
	const char *text = (const char *)evbuffer_pullup(body, -1);

	*size = evbuffer_get_length(body);
	return text ? text : "";
}

const char *request_param(struct request *req, size_t i)
{
	char *encoded = arena_strndup(req->arena, req->match.params[i].start,
	                              req->match.params[i].size);
	size_t size;
	char *decoded = evhttp_uridecode(encoded, 0, &size);
	const char *out = NULL;

	if (decoded && strlen(decoded) == size && utf8_valid_size(decoded, size) == size)
		out = arena_strdup(req->arena, decoded);
	free(decoded);
	return out;
}

/* --- waiting --- */

/* Nothing comes for the request any more. */
static void forget_waits(struct request *req)
{
	if (req->pg_query)
		pg_query_abandon(req->pg_query);
	req->pg_query = NULL;
	if (req->waits_in)
		TAILQ_REMOVE(req->waits_in, req, waiting);
	req->waits_in = NULL;
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	struct request *req = ctx;
	struct error err;

	(void)fd;
	(void)what;
	forget_waits(req);
	error_set(&err, ERR_TRANSIENT, "no answer within %u ms",
	          req->app->settings->request_timeout_ms);
	respond_error(req, &err);
}

/* One deadline for all that a request waits for. */
static void start_deadline(struct request *req)
{
	const unsigned int ms = req->app->settings->request_timeout_ms;
	const struct timeval wait = {.tv_sec = ms / 1000,
	                             .tv_usec = (long)(ms % 1000) * 1000};

	if (req->deadline)
		return;
	req->deadline = evtimer_new(req->app->base, on_deadline, req);
	evtimer_add(req->deadline, &wait);
}

void request_restart_deadline(struct request *req)
{
	if (req->deadline)
		event_free(req->deadline);
	req->deadline = NULL;
}

static void on_query_done(const PGresult *result, const struct error *err, void *ctx)
{
	struct request *req = ctx;

	req->pg_query = NULL;
	if (err)
		respond_error(req, err);
	else
		req->on_result(req, result);
}

static void run_query(struct request *req, struct pg_pool *pool, struct pg_call *call,
                      request_result_fn *then)
{
	/* The deadline of the request bounds it; the server ends it by itself as well. */
	call->org_id = req->org.id;
	start_deadline(req);
	req->on_result = then;
	req->pg_query = pg_pool_run(pool, call, on_query_done, req);
}

void request_query(struct request *req, enum statement stmt, struct pg_params *params,
                   bool binary, request_result_fn *then)
{
	struct pg_call call = {.stmt = stmt, .params = params, .binary = binary};

	run_query(req, req->app->pool, &call, then);
}

void request_query_slow(struct request *req, enum statement stmt, struct pg_params *params,
                        request_result_fn *then)
{
	struct pg_call call = {.stmt = stmt, .params = params};

	run_query(req, req->app->slow_pool, &call, then);
}

void request_wait(struct request *req, struct request_list *list, request_wait_fn *then)
{
	start_deadline(req);
	req->on_wait = then;
	req->waits_in = list;
	TAILQ_INSERT_TAIL(list, req, waiting);
}

void request_wake(struct request *req, const struct error *err)
{
	TAILQ_REMOVE(req->waits_in, req, waiting);
	req->waits_in = NULL;
	req->on_wait(req, err);
}

void request_wake_all(struct request_list *list, const struct error *err)
{
	struct request *last = TAILQ_LAST(list, request_list);

	/* One that is woken may wait again, behind the last. */
	for (bool more = last != NULL; more;) {
		struct request *req = TAILQ_FIRST(list);

		more = req != last;
		request_wake(req, err);
	}
}

/* --- the way to the handler --- */

static void run_handler(struct request *req)
{
	routes[req->match.route].handler(req);
}

static void refuse_rate(struct request *req)
{
	const struct problem problem = {.name = PROBLEM_RATE_LIMITED,
	                                .detail = "the token's budget is used up"};

	metrics_values(req->app->metrics)->rate_limited++;
	respond_problem(req, &problem);
}

static void on_known(struct request *req, const struct error *err)
{
	const enum permission needs = routes[req->match.route].needs;

	if (err) {
		respond_error(req, err);
		return;
	}
	if (req->rate.retry_after) {
		refuse_rate(req);
		return;
	}
	if (!access_allows(req->access, needs)) {
		const struct problem problem = {
		        .name = PROBLEM_FORBIDDEN,
		        .detail = "no role of this principal allows it"};

		respond_problem(req, &problem);
		return;
	}
	run_handler(req);
}

/* Whoever sends one where none is taken is mistaken. */
static bool has_body(const struct request *req)
{
	return evbuffer_get_length(evhttp_request_get_input_buffer(req->http)) > 0;
}

static void route(struct request *req)
{
	switch (route_find(routes, n_routes, req->method, req->path, &req->match)) {
	case MATCH_NO_PATH:
		respond_not_found(req, "there is no such path");
		return;
	case MATCH_NO_METHOD: {
		const struct problem problem = {
		        .name = PROBLEM_METHOD_NOT_ALLOWED,
		        .detail = "the path does not take this method"};

		respond_problem(req, &problem);
		return;
	}
	case MATCH_FOUND:
		break;
	}
	if (!route_method_takes_body(routes[req->match.route].method) && has_body(req)) {
		const struct problem problem = {.name = PROBLEM_INVALID_REQUEST,
		                                .detail = "a body does not belong here",
		                                .pointer = "",
		                                .at_detail = "is not taken"};

		respond_problem(req, &problem);
		return;
	}
	if (routes[req->match.route].needs == PERMISSION_NONE)
		run_handler(req);
	else
		auth_check(req->app->auth, req, on_known);
}

static const char *method_name(enum evhttp_cmd_type method)
{
	switch (method) {
	case EVHTTP_REQ_GET:
		return "GET";
	case EVHTTP_REQ_HEAD:
		return "HEAD";
	case EVHTTP_REQ_POST:
		return "POST";
	case EVHTTP_REQ_PUT:
		return "PUT";
	case EVHTTP_REQ_DELETE:
		return "DELETE";
	case EVHTTP_REQ_OPTIONS:
		return "OPTIONS";
	case EVHTTP_REQ_TRACE:
		return "TRACE";
	case EVHTTP_REQ_CONNECT:
		return "CONNECT";
	case EVHTTP_REQ_PATCH:
		return "PATCH";
	default:
		return "";
	}
}

static void split_uri(struct request *req, const char *uri)
{
	const char *mark = strchr(uri, '?');

	req->path = mark ? arena_strndup(req->arena, uri, (size_t)(mark - uri)) : uri;
	req->query = mark ? mark + 1 : NULL;
}

void request_begin(struct evhttp_request *http, void *ctx)
{
	struct app *app = ctx;
	struct request *req = xcalloc(1, sizeof(*req));

	req->app = app;
	req->http = http;
	req->arena = arena_new(4096);
	req->started_at = request_clock();
	req->now =
	        app->settings->now != TIMESTAMP_NONE ? app->settings->now : timestamp_now();
	req->method = method_name(evhttp_request_get_command(http));
	req->is_head = strcmp(req->method, "HEAD") == 0;
	req->address = arena_strdup(req->arena, server_peer(http));
	req->match.route = n_routes;
	req->id = arena_strdup(req->arena, server_request_id(http));
	req->is_traced =
	        trace_parent_parse(request_header(req, "traceparent"), &req->trace);
	split_uri(req, evhttp_request_get_uri(http));
	TAILQ_INSERT_TAIL(&app->requests, req, living);
	route(req);
}

void request_fail_all(struct app *app)
{
	struct request *req;
	struct error err;

	error_set(&err, ERR_TRANSIENT, "the api ends");
	while ((req = TAILQ_FIRST(&app->requests)) != NULL) {
		forget_waits(req);
		respond_error(req, &err);
	}
}

static enum metrics_method metrics_method_of(const struct request *req)
{
	static const char *const names[] = {"GET", "HEAD",  "POST",
	                                    "PUT", "PATCH", "DELETE"};

	for (size_t i = 0; i < N_ELEMENTS(names); i++)
		if (strcmp(req->method, names[i]) == 0)
			return (enum metrics_method)i;
	return METRICS_OTHER;
}

void request_end(struct request *req, int status, size_t size)
{
	const int64_t usec = request_clock() - req->started_at;
	const size_t route = req->match.route < n_routes
	                             ? route_first(routes, req->match.route)
	                             : n_routes;

	metrics_answer(req->app->metrics, route, metrics_method_of(req), status, usec);
	if (req->app->settings->access_log)
		access_log_put(req, status, size, usec);
	forget_waits(req);
	if (req->on_end)
		req->on_end(req);
	TAILQ_REMOVE(&req->app->requests, req, living);
	if (req->deadline)
		event_free(req->deadline);
	auth_release(req);
	arena_free(req->arena);
	free(req);
}
