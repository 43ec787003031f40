/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes findings that are pushed: the body goes into the database while it comes, in
 * chunks, and a collector parses it later.  Of each request one chunk is being stored and
 * one or two are held; while the database is busy the client waits.
 *
 * A body that does not come whole leaves nothing.  One whose Idempotency-Key was of a
 * push that has come is only compared with that one.
 */
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/json_view.h"
#include "base/mem.h"
#include "model/json_write.h"
#include "store/push_store.h"

#include "body.h"
#include "handlers.h"
#include "page.h"
#include "query_string.h"
#include "respond.h"
#include "server.h"

#define PUSHES_MAX    32    /* bodies that come to one process at a time */
#define HANDSHAKE_MAX 65536 /* bytes */

struct ingest {
	struct push push;
	bool has_source;

	struct guard *guard;   /* NULL: no more comes */
	struct evbuffer *came; /* and is not stored yet */
	struct digest *digest;
	bool is_whole, is_lost;
	bool is_counted;         /* in app->n_pushes */
	bool compares;           /* the push with this key has come before: */
	struct key former;       /* this one */
	const char *fingerprint; /* hexadecimal */
	unsigned char digested[KEY_SHA256_SIZE];
	const struct problem *problem; /* to be told when what had come is gone */
	unsigned char chunk[PUSH_CHUNK_SIZE];
};

static void step(struct request *req);

static void refuse(struct request *req, enum problem_name name, const char *detail)
{
	const struct problem problem = {.name = name, .detail = detail};

	respond_problem(req, &problem);
}

/* --- the end --- */

static void forget(struct request *req)
{
	struct ingest *r = req->handler_data;

	if (r->guard)
		guard_body_leave(r->guard);
	if (r->came)
		evbuffer_free(r->came);
	digest_end(r->digest, NULL);
	if (r->is_counted)
		req->app->n_pushes--;
	free(r);
}

static timestamp now_of(const struct request *req)
{
	const timestamp fixed = req->app->settings->now;

	return fixed != TIMESTAMP_NONE ? fixed : timestamp_now();
}

static void answer(struct request *req, const struct key *id)
{
	char text[KEY_TEXT_MAX];
	const char *url = ARENA_JOIN(req->arena, "/v1/pushes/", key_text(id, text));
	const struct reply reply = {.status = 202, .location = url};
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "push_id", id);
	json_write_text(&b, "status_url", url);
	json_write_close(&b, '}');
	respond_body(req, &reply, &b);
}

static void on_abandoned(struct request *req, const PGresult *result)
{
	const struct ingest *r = req->handler_data;

	(void)result;
	respond_problem(req, r->problem);
}

/* What came of it goes first. */
static void give_up(struct request *req, const struct problem *problem)
{
	struct ingest *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	r->problem = problem;
	if (r->compares) {
		respond_problem(req, problem);
		return;
	}
	push_id_bind(&req->org, &r->push.id, &p);
	request_restart_deadline(req);
	request_query(req, STMT_PUSH_ABANDON, &p, false, on_abandoned);
}

/* --- the body --- */

static void replaced(struct request *req)
{
	refuse(req, PROBLEM_IN_FLIGHT,
	       "another request with this Idempotency-Key began meanwhile");
}

static void on_received(struct request *req, const PGresult *result)
{
	const struct ingest *r = req->handler_data;

	if (PQntuples(result) == 0)
		replaced(req);
	else
		answer(req, &r->push.id);
}

static void compare(struct request *req)
{
	static const char digits[] = "0123456789abcdef";
	const struct ingest *r = req->handler_data;
	char text[KEY_SHA256_SIZE * 2 + 1] = "";

	for (size_t i = 0; i < KEY_SHA256_SIZE; i++) {
		text[2 * i] = digits[r->digested[i] >> 4];
		text[2 * i + 1] = digits[r->digested[i] & 15];
	}
	if (strcmp(text, r->fingerprint) == 0)
		answer(req, &r->former);
	else
		refuse(req, PROBLEM_KEY_REUSED,
		       "another body had this Idempotency-Key before");
}

static void finish(struct request *req)
{
	static const struct problem empty = {.name = PROBLEM_INVALID_REQUEST,
	                                     .detail = "there is nothing in the body",
	                                     .pointer = "",
	                                     .at_detail = "is empty"};
	struct ingest *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (r->push.size == 0) {
		give_up(req, &empty);
		return;
	}
	digest_end(r->digest, r->digested);
	r->digest = NULL;
	if (r->compares) {
		compare(req);
		return;
	}
	push_received_bind(&req->org, &r->push, r->digested, now_of(req), &p);
	request_query(req, STMT_PUSH_RECEIVED, &p, false, on_received);
}

static void on_chunk(struct request *req, const PGresult *result)
{
	if (PQntuples(result) == 0)
		replaced(req);
	else
		step(req);
}

static void store_chunk(struct request *req, size_t size)
{
	struct ingest *r = req->handler_data;
	ARENA_SCOPED a = arena_new(512); /* a long body has many */
	struct pg_params p = {.arena = a};

	push_chunk_bind(&req->org, &r->push.id, r->push.n_chunks++, r->chunk, size,
	                now_of(req), &p);
	request_restart_deadline(req);
	request_query(req, STMT_PUSH_CHUNK, &p, false, on_chunk);
}

static size_t take_chunk(struct ingest *r)
{
	const int n = evbuffer_remove(r->came, r->chunk, sizeof(r->chunk));
	const size_t size = n > 0 ? (size_t)n : 0;

	digest_put(r->digest, r->chunk, size);
	r->push.size += (int64_t)size;
	return size;
}

/* Is there a chunk?  Only the last may be shorter. */
static bool has_chunk(const struct ingest *r)
{
	const size_t size = evbuffer_get_length(r->came);

	return size >= PUSH_CHUNK_SIZE || (r->is_whole && size > 0);
}

/* What is to be done next, unless a chunk is being stored. */
static void step(struct request *req)
{
	static const struct problem cut = {.name = PROBLEM_INVALID_REQUEST,
	                                   .detail = "the body did not come whole"};
	struct ingest *r = req->handler_data;

	if (req->pg_query)
		return;
	request_restart_deadline(req);
	if (r->is_lost) {
		give_up(req, &cut);
		return;
	}
	while (has_chunk(r)) {
		const size_t size = take_chunk(r);

		if (r->compares)
			continue;
		store_chunk(req, size);
		break;
	}
	if (!r->is_whole && !has_chunk(r))
		guard_body_go_on(r->guard);
	else if (!req->pg_query && r->is_whole)
		finish(req);
}

static void on_body(enum guard_body_news news, struct evbuffer *body, void *ctx)
{
	struct request *req = ctx;
	struct ingest *r = req->handler_data;

	if (news != GUARD_BODY_MORE)
		r->guard = NULL;
	r->is_lost = news == GUARD_BODY_LOST;
	r->is_whole = news == GUARD_BODY_END;
	if (r->is_whole)
		server_body_taken(req->http);
	if (!r->is_lost)
		evbuffer_add_buffer(r->came, body);
	step(req);
}

static void take_body(struct request *req, size_t piece, guard_body_fn *fn)
{
	static const struct problem gone = {.name = PROBLEM_INVALID_REQUEST,
	                                    .detail = "the client is gone"};
	struct ingest *r = req->handler_data;

	request_restart_deadline(req);
	r->came = evbuffer_new();
	r->digest = digest_begin();
	r->guard = server_body(req->app->server, req->http);
	if (r->guard)
		guard_body_take(r->guard, piece, fn, req);
	else
		give_up(req, &gone);
}

static void on_begun(struct request *req, const PGresult *result)
{
	struct ingest *r = req->handler_data;
	struct push_former former;

	if (!push_begin_read(result, &r->push, &former)) {
		if (former.is_none) {
			replaced(req);
			return;
		}
		if (!former.asks_same) {
			refuse(req, PROBLEM_KEY_REUSED,
			       "another request had this Idempotency-Key before");
			return;
		}
		r->compares = true;
		r->former = former.id;
		r->fingerprint = arena_strdup(req->arena, former.fingerprint);
	}
	take_body(req, PUSH_CHUNK_SIZE, on_body);
}

/* --- the handshake of Event Grid --- */

static void answer_code(struct request *req, const char *text, size_t size)
{
	CLEANUP(json_doc_freep) struct json_doc *doc = json_doc_new(HANDSHAKE_MAX, 16);
	const struct reply reply = {.status = 200};
	struct strbuf b = {0};
	struct json_view v;
	struct error err;
	const char *type, *code;

	if (json_doc_parse(doc, text, size, &v, &err) < 0 ||
	    !(type = json_view_text_or(v, "/0/eventType", NULL)) ||
	    strcmp(type, "Microsoft.EventGrid.SubscriptionValidationEvent") != 0 ||
	    !(code = json_view_text_or(v, "/0/data/validationCode", NULL))) {
		respond_bad_body(req, "", "is no SubscriptionValidationEvent");
		return;
	}
	json_write_open(&b, NULL, '{');
	json_write_text(&b, "validationResponse", code);
	json_write_close(&b, '}');
	respond_body(req, &reply, &b);
}

static void on_handshake(enum guard_body_news news, struct evbuffer *body, void *ctx)
{
	struct request *req = ctx;
	struct ingest *r = req->handler_data;
	const size_t size = evbuffer_get_length(body);

	if (news != GUARD_BODY_MORE)
		r->guard = NULL;
	if (news == GUARD_BODY_END)
		server_body_taken(req->http);
	if (news == GUARD_BODY_END && size <= HANDSHAKE_MAX)
		answer_code(req, (const char *)evbuffer_pullup(body, -1), size);
	else
		refuse(req, PROBLEM_INVALID_REQUEST, "this is no handshake");
}

static bool is_handshake(struct request *req)
{
	const char *type = request_header(req, "aeg-event-type");

	return type && strcasecmp(type, "SubscriptionValidation") == 0;
}

/* --- what is asked for --- */

/* NULL, or what is wrong. */
static const char *take(void *ctx, const struct query_parameter *p)
{
	struct ingest *r = ctx;

	if (strcmp(p->name, "source") == 0) {
		r->has_source = true;
		r->push.source = p->value;
		return push_source_fault(p->value);
	}
	if (strcmp(p->name, "format") == 0) {
		r->push.format = p->value;
		return push_format_fault(p->value);
	}
	if (strcmp(p->name, "complete") != 0)
		return "is not a parameter of this route";
	r->push.complete = strcmp(p->value, "true") == 0;
	return r->push.complete || strcmp(p->value, "false") == 0 ? NULL
	                                                          : "is true or false";
}

/* False: 400 was answered. */
static bool read_parameters(struct request *req, struct ingest *r)
{
	if (!page_parameters(req, take, r))
		return false;
	if (r->has_source)
		return true;
	respond_bad_parameter(req, "source", "is missing");
	return false;
}

/* What findings come in; an unstated type is taken as it is. */
static bool is_taken(const char *type)
{
	static const char *const types[] = {"application/json",
	                                    "application/x-ndjson",
	                                    "application/ndjson",
	                                    "application/jsonl",
	                                    "text/json",
	                                    "text/csv",
	                                    "application/csv",
	                                    "text/plain",
	                                    "application/octet-stream",
	                                    "application/x-jsonlines"};
	static const char suffix[] = "+json";
	const size_t n_suffix = sizeof(suffix) - 1;
	const size_t size = type ? strcspn(type, "; \t") : 0;

	if (size == 0)
		return true;
	for (size_t i = 0; i < N_ELEMENTS(types); i++)
		if (strlen(types[i]) == size && strncasecmp(type, types[i], size) == 0)
			return true;
	return size > n_suffix &&
	       strncasecmp(type + size - n_suffix, suffix, n_suffix) == 0;
}

/* False: 415 was answered. */
static bool read_media_type(struct request *req, struct ingest *r)
{
	const char *type = request_header(req, "Content-Type");
	const char *coding = request_header(req, "Content-Encoding");

	if (!is_taken(type)) {
		refuse(req, PROBLEM_MEDIA_TYPE,
		       "the body must be JSON, lines of JSON or CSV, and its Content-Type "
		       "must say so: application/json, application/x-ndjson, text/csv");
		return false;
	}
	if (coding && strcasecmp(coding, "identity") == 0)
		coding = NULL;
	if (coding && strcasecmp(coding, "gzip") != 0 &&
	    strcasecmp(coding, "x-gzip") != 0) {
		refuse(req, PROBLEM_MEDIA_TYPE,
		       "the only content coding of a body is gzip");
		return false;
	}
	r->push.content_type = type ? arena_strndup(req->arena, type, 200) : "";
	r->push.encoding = coding ? "gzip" : "";
	return true;
}

/* False: it was answered. */
static bool make_id(struct request *req, struct ingest *r)
{
	uint8_t random[KEY_RANDOM_SIZE];
	struct error err;

	if (getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random)) {
		r->push.id = key_new(req->now, random);
		return true;
	}
	error_set(&err, ERR_INTERNAL, "no random bytes");
	respond_error(req, &err);
	return false;
}

static void begin(struct request *req)
{
	struct ingest *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (req->app->n_pushes >= PUSHES_MAX) {
		refuse(req, PROBLEM_OVERLOADED, "as many bodies come as this api takes");
		return;
	}
	r->is_counted = true;
	req->app->n_pushes++;
	push_begin_bind(&req->org, &r->push, req->now, &p);
	request_query(req, STMT_PUSH_BEGIN, &p, false, on_begun);
}

void ingest_post(struct request *req)
{
	struct ingest *r;

	if (!page_needs(req, PERMISSION_INGEST))
		return;
	r = xcalloc(1, sizeof(*r));
	req->handler_data = r;
	req->on_end = forget;
	r->push.source = r->push.format = "";
	r->push.principal = req->principal;
	if (!read_parameters(req, r) || !read_media_type(req, r) ||
	    !idempotency_key_read(req, &r->push.key) || !make_id(req, r))
		return;
	if (is_handshake(req)) {
		r->compares = true; /* nothing is stored */
		take_body(req, HANDSHAKE_MAX + 1, on_handshake);
	} else {
		begin(req);
	}
}
