/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of requests, and answers that were given before.
 */
#include "body.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"

#include "respond.h"

#define FORGET_EACH 64 /* so many requests with a key */

/* "application/json", and UTF-8 if a charset is named at all. */
static bool is_json(const char *type)
{
	static const char name[] = "application/json";
	size_t n;

	if (!type || strncasecmp(type, name, sizeof(name) - 1) != 0)
		return false;
	type += sizeof(name) - 1;
	type += strspn(type, " \t");
	if (*type == '\0')
		return true;
	if (*type++ != ';')
		return false;
	type += strspn(type, " \t");
	if (strncasecmp(type, "charset=", 8) != 0)
		return false;
	type += 8;
	type += *type == '"';
	n = strncasecmp(type, "utf-8", 5) == 0 ? 5 : 0;
	return n > 0 && (type[n] == '\0' || strcmp(type + n, "\"") == 0);
}

static bool refuse_media_type(struct request *req)
{
	const struct problem problem = {.name = PROBLEM_MEDIA_TYPE,
	                                .detail = "the body must be application/json, "
	                                          "in no content coding"};

	respond_problem(req, &problem);
	return false;
}

bool body_read(struct request *req, const struct json_field *fields, size_t n_fields)
{
	struct json_fault fault;
	size_t size;
	const char *text = request_body(req, &size);

	if (respond_if_parameters(req))
		return false;
	if (!is_json(request_header(req, "Content-Type")) ||
	    request_header(req, "Content-Encoding"))
		return refuse_media_type(req);
	if (json_body_read(text, size, fields, n_fields, req->arena, &fault))
		return true;
	respond_bad_body(req, fault.pointer, fault.detail);
	return false;
}

/* --- requests that come again --- */

static void refuse_key(struct request *req, const char *why)
{
	const struct problem problem = {.name = PROBLEM_INVALID_REQUEST,
	                                .detail = "this request needs an Idempotency-Key",
	                                .header = "Idempotency-Key",
	                                .at_detail = why};

	respond_problem(req, &problem);
}

static bool is_key(const char *key)
{
	const size_t size = strlen(key);

	for (size_t i = 0; i < size; i++)
		if (key[i] <= ' ' || key[i] > '~')
			return false;
	return size > 0 && size <= IDEMPOTENCY_KEY_MAX;
}

/* Who asks for what: the same key with anything else is a mistake. */
static const unsigned char *fingerprint_of(struct request *req)
{
	unsigned char *out = arena_alloc(req->arena, KEY_SHA256_SIZE);
	struct strbuf all = {0};
	size_t size;
	const char *body = request_body(req, &size);

	strbuf_printf(&all, "%s\n%s\n%s\n", req->principal, req->method, req->path);
	strbuf_put(&all, body, size);
	key_sha256(all.data, all.size, out);
	strbuf_done(&all);
	return out;
}

static void on_forgotten(const PGresult *result, const struct error *err, void *ctx)
{
	(void)result;
	(void)ctx;
	if (err)
		log_warn("old answers are not forgotten: %s", err->text);
}

/* Nobody waits for it; those that write pay for it, now and then. */
static void forget_old(struct request *req)
{
	struct pg_params p = {.arena = req->arena};
	const struct pg_call call = {.stmt = STMT_IDEMPOTENCY_FORGET,
	                             .params = &p,
	                             .org_id = req->org.id,
	                             .timeout_ms = 10000};

	if (req->app->n_keys++ % FORGET_EACH != 0)
		return;
	pg_bind_int(&p, req->org.id);
	pg_bind_timestamp(&p, req->now);
	pg_pool_run(req->app->pool, &call, on_forgotten, NULL);
}

static void on_found(struct request *req, const PGresult *result)
{
	const struct problem reused = {
	        .name = PROBLEM_KEY_REUSED,
	        .detail = "another request had this Idempotency-Key before"};

	if (PQntuples(result) == 0) {
		forget_old(req);
		req->on_new(req);
		return;
	}
	if (!pg_get_bool(result, 0, "same")) {
		respond_problem(req, &reused);
		return;
	}
	const struct reply reply = {.status = (int)pg_get_int(result, 0, "status")};
	struct strbuf b = {0};

	strbuf_puts(&b, pg_get_text(result, 0, "body"));
	respond_body(req, &reply, &b);
}

bool idempotency_key_read(struct request *req, const char **out)
{
	*out = request_header(req, "Idempotency-Key");
	if (!*out || is_key(*out))
		return true;
	refuse_key(req, "is not 1 to 200 visible characters of ASCII");
	return false;
}

void idempotency_want(struct request *req, struct idempotency *key,
                      void (*then)(struct request *req))
{
	const struct route *route = &routes[req->match.route];
	struct pg_params p = {.arena = req->arena};

	key->key = request_header(req, "Idempotency-Key");
	if (!key->key) {
		refuse_key(req, "is missing");
		return;
	}
	if (!is_key(key->key)) {
		refuse_key(req, "is not 1 to 200 visible characters of ASCII");
		return;
	}
	key->route = ARENA_JOIN(req->arena, route_method_name(route->method), " ",
	                        route->pattern);
	if (!key->fingerprint)
		key->fingerprint = fingerprint_of(req);
	req->on_new = then;
	pg_bind_int(&p, req->org.id);
	pg_bind_text(&p, key->route);
	pg_bind_text(&p, key->key);
	pg_bind_binary(&p, key->fingerprint, KEY_SHA256_SIZE);
	pg_bind_timestamp(&p, req->now);
	request_query(req, STMT_IDEMPOTENCY_FIND, &p, false, on_found);
}

void idempotency_bind(const struct idempotency *key, timestamp now,
                      struct pg_params *params)
{
	pg_bind_text(params, key ? key->route : NULL);
	pg_bind_text(params, key ? key->key : NULL);
	if (key)
		pg_bind_binary(params, key->fingerprint, KEY_SHA256_SIZE);
	else
		pg_bind_text(params, NULL);
	pg_bind_timestamp(params, now + IDEMPOTENCY_KEPT_USEC);
}
