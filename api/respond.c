/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers: what every one has in common, compression, and problems.
 */
#include "respond.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#include "gzip.h"
#include "query_string.h"
#include "server.h"

#define GZIP_LEAST  1024 /* bytes: below, the frame eats what is won */
#define HEADERS_MAX 16

struct headers {
	struct server_header list[HEADERS_MAX];
	size_t n;
};

static void put(struct headers *h, const char *name, const char *value)
{
	if (value)
		h->list[h->n++] = (struct server_header){name, value};
}

/* draft-ietf-httpapi-ratelimit-headers, and the older form that scripts read. */
static void put_rate(struct headers *h, const struct request *req)
{
	struct arena *a = req->arena;
	const struct rate_answer *r = &req->rate;

	if (req->budget.requests == 0)
		return;
	put(h, "RateLimit-Policy",
	    arena_printf(a, "\"token\";q=%u;w=%u", req->budget.requests,
	                 req->budget.seconds));
	put(h, "RateLimit",
	    arena_printf(a, "\"token\";r=%u;t=%u", r->remaining, r->reset_s));
	put(h, "X-RateLimit-Limit", arena_printf(a, "%u", req->budget.requests));
	put(h, "X-RateLimit-Remaining", arena_printf(a, "%u", r->remaining));
	put(h, "X-RateLimit-Reset", arena_printf(a, "%u", r->reset_s));
}

/* --- bodies --- */

static void free_data(const void *data, size_t size, void *extra)
{
	(void)data;
	(void)size;
	free(extra);
}

/* The buffer takes what the strbuf holds, without a copy. */
static struct evbuffer *buffer_of(struct strbuf *body)
{
	struct evbuffer *out = evbuffer_new();

	if (body->size > 0)
		evbuffer_add_reference(out, body->data, body->size, free_data, body->data);
	*body = (struct strbuf){0};
	return out;
}

/* Each encoding is a representation of its own and has its own strong ETag. */
static const char *quoted_etag(struct request *req, const char *etag, bool compressed)
{
	return etag ? arena_printf(req->arena, compressed ? "\"%s-gz\"" : "\"%s\"", etag)
	            : NULL;
}

static void compress(struct strbuf *body)
{
	struct strbuf out = {0};

	gzip_put(&out, body->data, body->size);
	strbuf_done(body);
	*body = out;
}

void respond_body(struct request *req, const struct reply *reply, struct strbuf *body)
{
	const bool compressed = body->size >= GZIP_LEAST &&
	                        gzip_is_accepted(request_header(req, "Accept-Encoding"));
	struct headers h = {.n = 0};
	size_t size;

	if (compressed)
		compress(body);
	size = body->size;
	put(&h, "ETag", quoted_etag(req, reply->etag, compressed));
	put(&h, "Link", reply->link);
	put(&h, "Location", reply->location);
	put(&h, "Content-Encoding", compressed ? "gzip" : NULL);
	put(&h, "Vary", "Accept-Encoding");
	put_rate(&h, req);

	struct evbuffer *buffer = buffer_of(body);
	const struct server_answer answer = {
	        .status = (unsigned int)reply->status,
	        .content_type = reply->content_type ? reply->content_type
	                                            : "application/json; charset=utf-8",
	        .headers = h.list,
	        .n_headers = h.n,
	        .body = buffer};

	server_reply(req->app->server, req->http, &answer);
	evbuffer_free(buffer);
	request_end(req, reply->status, size);
}

/* Is an element of the list ours, in whatever encoding?  W/ compares weakly. */
static bool is_named(const char *list, const char *etag)
{
	const size_t size = strlen(etag);

	for (const char *p = list; (p = strchr(p, '"')) != NULL;) {
		const char *end = strchr(++p, '"');

		if (!end)
			return false;
		if ((size_t)(end - p) >= size && memcmp(p, etag, size) == 0 &&
		    (p + size == end ||
		     (end - p == (long)size + 3 && memcmp(p + size, "-gz", 3) == 0)))
			return true;
		p = end + 1;
	}
	return list[strspn(list, " \t")] == '*';
}

bool respond_if_unchanged(struct request *req, const char *etag)
{
	const char *wanted = request_header(req, "If-None-Match");
	struct headers h = {.n = 0};

	if (!wanted || !is_named(wanted, etag))
		return false;
	put(&h, "ETag", quoted_etag(req, etag, strstr(wanted, "-gz\"") != NULL));
	put(&h, "Vary", "Accept-Encoding");
	put_rate(&h, req);

	const struct server_answer answer = {
	        .status = 304, .headers = h.list, .n_headers = h.n};

	server_reply(req->app->server, req->http, &answer);
	request_end(req, 304, 0);
	return true;
}

/* --- problems --- */

static const char *retry_after(struct request *req, unsigned int status)
{
	if (status == 429)
		return arena_printf(req->arena, "%u",
		                    req->rate.retry_after ? req->rate.retry_after : 1);
	return status == 503 ? "1" : NULL;
}

void respond_problem(struct request *req, const struct problem *problem)
{
	const unsigned int status = problem_status(problem->name);
	struct headers h = {.n = 0};
	char allow[ROUTE_ALLOW_MAX];

	put(&h, "Retry-After", retry_after(req, status));
	if (status == 401)
		put(&h, "WWW-Authenticate",
		    req->has_bad_token ? "Bearer realm=\"isobar\", error=\"invalid_token\""
		                       : "Bearer realm=\"isobar\"");
	if (status == 405)
		put(&h, "Allow", route_allow(routes, n_routes, req->path, allow));
	put_rate(&h, req);
	server_reply_problem(req->app->server, req->http, problem, h.list, h.n);
	request_end(req, (int)status, 0);
}

void respond_not_found(struct request *req, const char *what)
{
	const struct problem problem = {.name = PROBLEM_NOT_FOUND, .detail = what};

	respond_problem(req, &problem);
}

void respond_bad_parameter(struct request *req, const char *parameter, const char *detail)
{
	const struct problem problem = {.name = PROBLEM_INVALID_PARAMETER,
	                                .detail = "a parameter of the query is not valid",
	                                .parameter = parameter,
	                                .at_detail = detail};

	respond_problem(req, &problem);
}

void respond_bad_body(struct request *req, const char *pointer, const char *detail)
{
	const struct problem problem = {.name = PROBLEM_INVALID_REQUEST,
	                                .detail = "the body is not what this takes",
	                                .pointer = pointer,
	                                .at_detail = detail};

	respond_problem(req, &problem);
}

void respond_error(struct request *req, const struct error *err)
{
	/* Whatever keeps us from the database, it is the database that is away. */
	const bool passes = err->code == ERR_TRANSIENT || err->code == ERR_LIMIT ||
	                    err->code == ERR_THROTTLED || !pg_pool_is_up(req->app->pool);
	const struct problem problem = {
	        .name = passes ? PROBLEM_UNAVAILABLE : PROBLEM_INTERNAL,
	        .detail = passes ? "the answer cannot be given now; try again soon"
	                         : "the log of the api says more under this request's id"};

	/* What went wrong stands in the log alone: it may quote SQL. */
	if (passes)
		log_warn("request %s: %s", req->id, err->text);
	else
		log_error("request %s: %s", req->id, err->text);
	respond_problem(req, &problem);
}

bool respond_if_parameters(struct request *req)
{
	struct parameter_fault fault;
	struct query_string q;

	if (!query_string_read(req->query, req->arena, &q, &fault)) {
		respond_bad_parameter(req, fault.parameter, fault.detail);
		return true;
	}
	if (q.n > 0)
		respond_bad_parameter(req, q.parameters[0].name,
		                      "is not a parameter of this route");
	return q.n > 0;
}
